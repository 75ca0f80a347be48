// What all examples share: where the broker is, and the login by signature (LMQ-AUTH-1).
const crypto = require('crypto');
const mqtt = require('mqtt');

const { LMQ_HOST = '127.0.0.1', LMQ_KEY = 'example-key', LMQ_SECRET = 'example-secret' } = process.env;
const group = 'GID_plant';

const url = (scheme, port) => `${scheme}://${LMQ_HOST}:${process.env.LMQ_PORT ?? port}`;

// Options of a client named GID_plant@@@device that signs its login.
const login = (device) => ({
  clientId: `${group}@@@${device}`,
  username: LMQ_KEY,
  password: crypto.createHmac('sha1', LMQ_SECRET).update(group).digest('base64'),
});

// Connects; `await client.next()` gives the next message, as "topic payload".
async function connect(options, to = url('mqtt', 1883)) {
  const client = await mqtt.connectAsync(to, options);
  const messages = [];
  const takers = [];
  client.on('message', (topic, payload) => {
    const text = `${topic} ${payload}`;
    if (takers.length) takers.shift()(text);
    else messages.push(text);
  });
  client.next = () => new Promise((resolve) => {
    if (messages.length) resolve(messages.shift());
    else takers.push(resolve);
  });
  return client;
}

module.exports = { connect, login, url };
