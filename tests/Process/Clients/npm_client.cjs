// npm mqtt; PORT with ws: or wss: before it for WebSocket: pub PORT TOPIC QOS RETAIN PAYLOAD... | sub PORT ID CLEAN FILTER QOS COUNT
const mqtt = require('mqtt');
const [verb, where, ...rest] = process.argv.slice(2);
const [port, protocol = 'mqtt'] = where.split(':').reverse();
const options = { host: '127.0.0.1', port: Number(port), protocol, path: '/mqtt', reconnectPeriod: 0 };
if (protocol === 'wss') options.rejectUnauthorized = false; // the broker's own self-signed certificate

const fail = error => { console.error(error); process.exit(1); };
setTimeout(() => fail('nothing within 30 s'), 30000).unref();

async function publish([topic, qos, retain, ...payloads]) {
  const client = await mqtt.connectAsync(options);
  for (const payload of payloads) await client.publishAsync(topic, payload, { qos: Number(qos), retain: retain === '1' });
  await client.endAsync();
}

function subscribe([clientId, clean, filter, qos, count]) {
  let left = Number(count);
  const client = mqtt.connect({ ...options, clientId, clean: clean === '1' });
  const done = () => client.end(false, () => process.exit(0));
  client.on('error', fail);
  client.on('message', (topic, payload) => {
    console.log(`${topic} ${payload}`);
    if (--left === 0) setTimeout(done, 200); // lets the last acknowledgement out
  });
  client.on('connect', () => client.subscribe(filter, { qos: Number(qos) }, error => {
    if (error) fail(error);
    if (left === 0) done();
  }));
}

if (verb === 'pub') publish(rest).catch(fail);
else subscribe(rest);
