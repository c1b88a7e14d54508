import { describeRollingRestart } from './rolling-restart.js';

describeRollingRestart({ perSecond: 105, least: 100 });
