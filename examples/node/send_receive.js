// Sends a message and receives it.
const { connect, login } = require('./lmq');

(async () => {
  const client = await connect(login('hello'));
  await client.subscribeAsync('plant/hello', { qos: 1 });
  await client.publishAsync('plant/hello', 'hello', { qos: 1 });
  console.log(await client.next());
  await client.endAsync();
})();
