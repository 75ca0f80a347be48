// Fetches what came while it was away, newest first, instead of waiting for it (LMQ-OFF-2).
const { connect, login } = require('./lmq');

(async () => {
  let away = await connect({ ...login('away'), clean: false });
  await away.subscribeAsync('plant/away', { qos: 1 });
  await away.endAsync();

  const sender = await connect(login('sender'));
  for (let i = 1; i <= 3; i++) await sender.publishAsync('plant/away', `message ${i}`, { qos: 1 });
  await sender.endAsync();

  away = await connect({ ...login('away'), clean: false });
  await away.publishAsync('$SYS/getOfflineMsg', '{"pushOrder":"DESC","maxPushNum":30}', { qos: 1 });
  for (let i = 1; i <= 3; i++) console.log(await away.next());
  await away.endAsync();
})();
