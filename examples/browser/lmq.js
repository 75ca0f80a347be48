// What all pages share: where the broker is, and the login by signature (LMQ-AUTH-1). The page's address may
// name another broker: send_receive.html?host=192.168.1.9&port=80
const given = new URLSearchParams(location.search);
const HOST = given.get('host') ?? '127.0.0.1';
const KEY = given.get('key') ?? 'example-key';
const SECRET = given.get('secret') ?? 'example-secret'; // everybody can read a page: real ones take tokens
const GROUP = 'GID_plant';

// The password is Base64(HMAC-SHA1(secret, group)). Only localhost and https pages have crypto.subtle;
// with CryptoJS it is CryptoJS.HmacSHA1(GROUP, SECRET).toString(CryptoJS.enc.Base64).
async function signedLogin() {
  const bytes = new TextEncoder();
  const hmac = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', bytes.encode(SECRET), hmac, false, ['sign']);
  const signed = await crypto.subtle.sign('HMAC', key, bytes.encode(GROUP));
  return { userName: KEY, password: btoa(String.fromCharCode(...new Uint8Array(signed))) };
}

// Connects GID_plant@@@device. `await client.next()` gives the next message;
// `await client.published(topic, text)` comes back after the PUBACK.
async function connect(device, { port = 8080, login, ...options } = {}) {
  login ??= await signedLogin();
  port = Number(given.get('port') ?? port);
  const client = new Paho.Client(HOST, port, '/mqtt', `${GROUP}@@@${device}`);
  const messages = [];
  const takers = [];
  const waiting = new Map();
  client.onMessageArrived = (message) => (takers.length ? takers.shift()(message) : messages.push(message));
  client.next = () => new Promise((resolve) => {
    if (messages.length) resolve(messages.shift());
    else takers.push(resolve);
  });
  client.onMessageDelivered = (message) => waiting.get(message)?.();
  client.published = (topic, text) => new Promise((resolve) => {
    const message = new Paho.Message(text);
    message.destinationName = topic;
    message.qos = 1;
    waiting.set(message, resolve);
    client.send(message);
  });
  client.onConnectionLost = ({ errorCode, errorMessage }) => errorCode && print(`closed: ${errorMessage}`);
  await new Promise((resolve, reject) => client.connect({
    ...login, ...options, onSuccess: resolve, onFailure: (error) => reject(new Error(error.errorMessage)),
  }));
  return client;
}

function print(text) {
  console.log(text);
  document.body.append(text, document.createElement('br'));
}

const show = (message) => print(`${message.destinationName} ${message.payloadString}`);
