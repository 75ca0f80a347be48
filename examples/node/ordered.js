// Has its messages numbered on ordered topics (LMQ-ORD-2): once per connection, before the first one.
const { connect, login } = require('./lmq');

(async () => {
  const client = await connect(login('ordered'));
  await client.publishAsync('$SYS/enableOrderMsg', '{"order":"true"}', { qos: 1 });
  for (let i = 1; i <= 5; i++) {
    await client.publishAsync('orders/new', `order ${i}`, { qos: 1 });
    console.log(`accepted order ${i}`);
  }
  await client.endAsync();
})();
