#!/bin/sh
# Make every secret of an installation once, each in a file of its own: deploy/secrets.sh DATA_HOST [FOLDER]
# What is there already stays as it is.
set -eu
data=$1
folder=${2:-/srv/sonorelay/secrets}
umask 027
mkdir -p "$folder"
cd "$folder"

word() { # a new secret of 48 characters that needs no quoting anywhere
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}
keep() { # NAME VALUE
    [ -e "$1" ] || printf '%s' "$2" >"$1"
}

keep postgresql_owner "$(word)"
keep postgresql_catalogue "$(word)"
keep postgresql_prefect "$(word)"
keep sonorelay_database_url "postgresql://sonorelay:$(cat postgresql_catalogue)@$data:5432/sonorelay"
keep sonorelay_prefect_database_url "postgresql://prefect:$(cat postgresql_prefect)@$data:5432/prefect"
keep sonorelay_prefect_auth "sonorelay:$(word)"
keep sonorelay_secret_key "$(word)"
keep sonorelay_s3_access_key "$(word)"
keep sonorelay_s3_secret_key "$(word)"
keep seaweedfs.env "WEED_JWT_SIGNING_KEY=$(word)
WEED_JWT_FILER_SIGNING_KEY=$(word)
WEED_MASTER_VOLUME_GROWTH_COPY_1=1
"
keep s3.json "{\"identities\": [{\"name\": \"sonorelay\", \"credentials\": [{\"accessKey\": \"$(cat sonorelay_s3_access_key)\",
 \"secretKey\": \"$(cat sonorelay_s3_secret_key)\"}], \"actions\": [\"Admin\", \"Read\", \"Write\", \"List\", \"Tagging\"]}]}
"
if [ "$(id -u)" = 0 ] && id sonorelay >/dev/null 2>&1; then
    chown -R root:sonorelay .
fi
