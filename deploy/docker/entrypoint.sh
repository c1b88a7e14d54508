# entrypoint.sh provision | <service>
# What provision makes (secrets not given, a DATABASE_URL per service) the services read from the shared volume.
set -eu
shared=/var/lib/wbiz

secret() {
  [ -s "$shared/$1" ] || (umask 077 && node -p 'crypto.randomBytes(32).toString("base64")' >"$shared/$1")
  cat "$shared/$1"
}

export SECRET_KEY="${SECRET_KEY:-$(secret secret-key)}"
if [ "$1" = provision ]; then
  secret admin-token >/dev/null
  umask 077
  node libs/service-kit/dist/provision.js >"$shared/provisioned"
  exit
fi
if [ "$1" = gateway ]; then
  export ADMIN_TOKEN="${ADMIN_TOKEN:-$(secret admin-token)}"
fi
if [ -z "${DATABASE_URL:-}" ] && [ -s "$shared/provisioned" ]; then
  DATABASE_URL="$(node -p "JSON.parse(fs.readFileSync('$shared/provisioned')).databaseUrls['$1'] ?? ''")"
  export DATABASE_URL
fi
exec node "apps/$1/dist/main.js"
