// Sends to one client by its id, which need not subscribe (LMQ-MSG-5).
const { connect, login } = require('./lmq');

(async () => {
  const receiver = await connect(login('receiver'));
  const sender = await connect(login('sender'));
  await sender.publishAsync('plant/p2p/GID_plant@@@receiver', 'hello', { qos: 1 });
  console.log(await receiver.next());
  await sender.endAsync();
  await receiver.endAsync();
})();
