import { describeRollingRestart } from './rolling-restart.js';

describeRollingRestart({ perSecond: 60, least: 50 });
