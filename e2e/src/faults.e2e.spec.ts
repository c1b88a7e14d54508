import { describeFaults } from './faults.js';

describeFaults({ sends: 240, kills: 3, awayMs: 5_000, lateMs: 3_000 });
