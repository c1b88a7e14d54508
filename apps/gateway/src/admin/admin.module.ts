import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.js';
import { AdminController } from './admin.controller.js';
import { ApiKeys } from './api-keys.js';

/** The operators' API. */
@Module({ imports: [AccountModule], controllers: [AdminController], providers: [ApiKeys] })
export class AdminModule {}
