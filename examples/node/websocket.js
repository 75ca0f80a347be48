// Sends and receives over a WebSocket; for one over TLS take wss, port 8443 and the `ca` of tls.js.
const { connect, login, url } = require('./lmq');

(async () => {
  const client = await connect(login('websocket'), `${url('ws', 8080)}/mqtt`);
  await client.subscribeAsync('plant/websocket', { qos: 1 });
  await client.publishAsync('plant/websocket', 'hello', { qos: 1 });
  console.log(await client.next());
  await client.endAsync();
})();
