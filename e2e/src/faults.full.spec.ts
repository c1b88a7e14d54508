import { describeFaults } from './faults.js';

describeFaults({ sends: 2_000, kills: 12, awayMs: 20_000, lateMs: 60_000 });
