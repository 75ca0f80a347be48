// Logs in with a token instead of a password, and renews it when told (LMQ-AUTH-2, LMQ-TOK-6, LMQ-TOK-7).
const fs = require('fs');
const { connect, login } = require('./lmq');

// Ask your server for a token here; this one reads what it would answer from a file.
async function upload(client) {
  const token = fs.readFileSync(process.env.LMQ_TOKEN_FILE ?? 'artifacts/examples/token.txt', 'utf8').trim();
  // Back after its PUBACK: from now on the token counts.
  await client.publishAsync('$SYS/uploadToken', JSON.stringify({ token, type: 'RW' }), { qos: 1 });
  console.log('token taken');
}

(async () => {
  // No reconnecting by itself: it would repeat the old upload. Start again with a new client.
  const client = await connect({ clientId: login('token').clientId, reconnectPeriod: 0 });
  client.on('close', () => console.log('closed'));
  await upload(client);
  await client.subscribeAsync('plant/token', { qos: 1 });
  await client.publishAsync('plant/token', 'hello', { qos: 1 });
  while (true) {
    const message = await client.next();
    console.log(message);
    if (message.startsWith('$SYS/tokenExpireNotice')) await upload(client);
  }
})();
