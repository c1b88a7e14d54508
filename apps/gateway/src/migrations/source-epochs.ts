import { sourceEpochs } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SourceEpochs1766500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sourceEpochs('gateway'));
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
