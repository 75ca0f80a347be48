// Tells who of GID_plant is online, by the rule for readers of presence (LMQ-PRE-3, LMQ-PRE-4).
const { connect, login } = require('./lmq');

// A client's newest connect and newest end, by eventIndex.
class Life {
  came = { eventIndex: 0 };
  went = { eventIndex: 0 };
  isOnline = false;

  note(event) {
    if (event.eventType === 'connect' && event.eventIndex > this.came.eventIndex) {
      this.came = event;
      this.isOnline = event.channelId !== this.went.channelId; // its end may have come before it
    } else if (event.eventType !== 'connect' && event.eventIndex > this.went.eventIndex) {
      this.went = event;
      if (event.channelId === this.came.channelId) this.isOnline = false; // an older one's end does not count
    }
  }
}

const lives = {};

(async () => {
  const client = await connect(login('watcher'));
  await client.subscribeAsync('GID_plant_MQTT', { qos: 1 });
  while (true) {
    const message = await client.next();
    const event = JSON.parse(message.slice(message.indexOf(' ')));
    const life = lives[event.clientId] ??= new Life();
    const wasOnline = life.isOnline;
    life.note(event);
    if (life.isOnline !== wasOnline) console.log(`${event.clientId} ${wasOnline ? 'offline' : 'online'}`);
  }
})();
