import { describeHostile } from './hostile.js';

describeHostile({ aloneMs: 60_000, besideMs: 600_000, outages: 14, isPaced: true });
