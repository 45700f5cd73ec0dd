-- The two databases of an installation, each with a role of its own that sees nothing of the other.
-- CATALOGUE=password PREFECT=password psql < postgresql.sql
\set ON_ERROR_STOP on
\getenv catalogue CATALOGUE
\getenv prefect PREFECT
CREATE ROLE sonorelay LOGIN PASSWORD :'catalogue';
CREATE DATABASE sonorelay OWNER sonorelay ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE sonorelay FROM PUBLIC;
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE DATABASE prefect OWNER prefect ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE prefect FROM PUBLIC;
\connect prefect
-- Prefect searches names by trigrams
CREATE EXTENSION IF NOT EXISTS pg_trgm;
