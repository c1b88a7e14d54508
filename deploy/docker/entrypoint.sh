# entrypoint.sh provision | <service>
# What provision makes for a service lies on a volume that this service alone has; the environment comes before it.
set -eu
shared=/var/lib/wbiz
export SECRETS_DIR=/var/lib/wbiz-secrets

# Of installations that kept everybody's secrets on the shared volume.
before() {
  [ ! -s "$shared/$1" ] || cat "$shared/$1"
}

if [ "$1" = provision ]; then
  SECRET_KEY="${SECRET_KEY:-$(before secret-key)}" ADMIN_TOKEN="${ADMIN_TOKEN:-$(before admin-token)}" \
    node libs/service-kit/dist/provision.js
  rm -f "$shared/secret-key" "$shared/admin-token" "$shared/provisioned"
  exit
fi
exec node --env-file-if-exists="$SECRETS_DIR/$1/secrets.env" "apps/$1/dist/main.js"
