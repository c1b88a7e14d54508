# entrypoint.sh provision | <service> | together (the services of WBIZ_TOGETHER, as one process) | demo
# Provisioning writes the secrets of each service to a volume that no other service has. A variable of the environment
# takes precedence over a secret of the same name.
set -eu
shared=/var/lib/wbiz
export SECRETS_DIR=/var/lib/wbiz-secrets

# Earlier versions kept all secrets on the shared volume: provisioning moves them.
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

# The address for replies to this replica: its container's name, since replicas share the name of their service. With TLS
# it is the service's name, which the certificate holds.
[ -n "${RPC_TLS_CERT:-}" ] && name=$1 || name=$(hostname)
export RPC_ADVERTISE="${RPC_ADVERTISE:-$name:${RPC_PORT:-8082}}"

# Limits V8's heap: on a machine with much memory, it would take several times what a service needs.
export NODE_OPTIONS="--max-semi-space-size=32 --max-old-space-size=1024 ${NODE_OPTIONS:-}"

# A variable prefixed with a service's name is for that service only.
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
