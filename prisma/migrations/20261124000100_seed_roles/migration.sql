-- The two roles that every installation has: `rootAdmin` holds everything, `default` is what an account without roles holds.
INSERT INTO "Role" ("name", "description") VALUES
  ('rootAdmin', 'Holds every permission'),
  ('default', 'What accounts without a role of their own may do');

INSERT INTO "RolePermission" ("roleId", "value")
SELECT "id", '*' FROM "Role" WHERE "name" = 'rootAdmin';

INSERT INTO "RolePermission" ("roleId", "value")
SELECT "Role"."id", "permission"
FROM "Role", unnest(ARRAY[
  'servers:create', 'servers:read', 'servers:write', 'servers:delete', 'servers:power', 'servers:kvm', 'servers:console',
  'files:read', 'files:write', 'backups:read', 'backups:create', 'backups:write', 'commands:execute', 'reinstall:execute',
  'schedules:read', 'schedules:create', 'schedules:write', 'sync:execute', 'transfer:execute', 'version:read',
  'configuration:read', 'configuration:write', 'apikeys:read', 'apikeys:create', 'apikeys:delete', 'org:invite', 'soc:write'
]) AS "permission"
WHERE "Role"."name" = 'default';
