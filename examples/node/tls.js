// Sends and receives over TLS; the broker must show a certificate that LMQ_CA vouches for.
const fs = require('fs');
const { connect, login, url } = require('./lmq');

(async () => {
  const ca = fs.readFileSync(process.env.LMQ_CA ?? 'artifacts/examples/data/tls/certificate.pem');
  const client = await connect({ ...login('tls'), ca }, url('mqtts', 8883));
  await client.subscribeAsync('plant/tls', { qos: 1 });
  await client.publishAsync('plant/tls', 'hello', { qos: 1 });
  console.log(await client.next());
  await client.endAsync();
})();
