#!/usr/bin/env node
import { main } from '../dist/admin/cli.js';

await main();
