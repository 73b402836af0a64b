// Every driver. A new one is one folder and one line here.
export { mosquittoDriver } from './mosquitto/index.js';
export { natsDriver } from './nats/index.js';
export { rehearsalDriver } from './rehearsal.js';
export { robustmqDriver } from './robustmq/index.js';
