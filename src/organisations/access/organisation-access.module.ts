import { Module } from '@nestjs/common';
import { OrganisationAccess } from './organisation-access.service.js';
import { OrganisationLock } from './organisation-lock.service.js';

/** Who may do what with which organisation. */
@Module({ providers: [OrganisationAccess, OrganisationLock], exports: [OrganisationAccess, OrganisationLock] })
export class OrganisationAccessModule {}
