# entrypoint.sh provision | <service> | together (the services of WBIZ_TOGETHER, as one process) | demo
# Provisioning writes each service's secrets to a volume that only this service mounts. An environment variable takes
# precedence over a secret of the same name.
set -eu
shared=/var/lib/wbiz
export SECRETS_DIR=/var/lib/wbiz-secrets

# Prints a file of the shared volume, where earlier versions kept all secrets: provisioning moves them.
before() {
  [ ! -s "$shared/$1" ] || cat "$shared/$1"
}

if [ "$1" = provision ]; then
  SECRET_KEY="${SECRET_KEY:-$(before secret-key)}" ADMIN_TOKEN="${ADMIN_TOKEN:-$(before admin-token)}" \
    node libs/service-kit/dist/provision.js
  rm -f "$shared/secret-key" "$shared/admin-token" "$shared/provisioned"
  exit
fi

if [ "$1" = demo ]; then
  exec node --env-file-if-exists="$SECRETS_DIR/gateway/secrets.env" deploy/docker/demo.ts
fi

# Other services send replies to this address: the container's name, which only this replica has. With TLS it must be the
# service's name, for which the certificate is made.
[ -n "${RPC_TLS_CERT:-}" ] && name=$1 || name=$(hostname)
export RPC_ADVERTISE="${RPC_ADVERTISE:-$name:${RPC_PORT:-8082}}"

# Limits V8's heap: on a machine with much memory, V8 would use several times as much as a service needs.
export NODE_OPTIONS="--max-semi-space-size=32 --max-old-space-size=1024 ${NODE_OPTIONS:-}"

# In the shared process, a variable with a service's name as prefix is for that service only.
if [ "$1" = together ]; then
  for service in $(echo "$WBIZ_TOGETHER" | tr , ' '); do
    prefix=$(echo "$service" | tr a-z A-Z)_
    [ -f "$SECRETS_DIR/$service/secrets.env" ] || continue
    while IFS= read -r line; do
      printenv "${line%%=*}" >/dev/null || export "$prefix$line"
    done <"$SECRETS_DIR/$service/secrets.env"
  done
  exec node libs/service-kit/dist/together.js
fi
exec node --env-file-if-exists="$SECRETS_DIR/$1/secrets.env" "apps/$1/dist/main.js"
