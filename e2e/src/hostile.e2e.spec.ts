import { describeHostile } from './hostile.js';

describeHostile({ aloneMs: 8_000, besideMs: 50_000, outages: 1, isPaced: false });
