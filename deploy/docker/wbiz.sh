#!/bin/sh
# Runs the operators' tool in the gateway's container: docker compose exec gateway wbiz accounts list
set -eu
export WBIZ_URL="${WBIZ_URL:-http://127.0.0.1:3000}"
if [ -z "${WBIZ_ADMIN_TOKEN:-}" ]; then
  WBIZ_ADMIN_TOKEN="${ADMIN_TOKEN:-$(sed -n 's/^ADMIN_TOKEN=//p' /var/lib/wbiz-secrets/gateway/secrets.env)}"
  export WBIZ_ADMIN_TOKEN
fi
exec node /wbiz/apps/gateway/bin/wbiz.js "$@"
