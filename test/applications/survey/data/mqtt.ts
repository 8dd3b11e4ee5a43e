// mqtt@5.16.0
import mqtt from 'mqtt';

await mqtt
  .connectAsync('mqtt://127.0.0.1:1', { reconnectPeriod: 0 })
  .catch((error) => console.log(error.code ?? error.message));
