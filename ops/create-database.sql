-- The role and the database of the service, for the first start of the image `postgres` (a file in
-- /docker-entrypoint-initdb.d, which compose.yaml mounts). The role owns its database and is nothing more: a superuser
-- could read files of the server and run programs there.
\set ON_ERROR_STOP on
\getenv password CUSTOMER_EVENTS_PASSWORD

CREATE ROLE customer_events LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE customer_events OWNER customer_events ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT, TEMPORARY ON DATABASE customer_events FROM PUBLIC;
