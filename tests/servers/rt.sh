#!/usr/bin/env bash
# rt.sh install | init | start | stop: Request Tracker 5 with SQLite for the integration tests, without systemd, nothing under /etc.
#
# RT_BASE: folder for the database, the configuration, the log and the mails that RT sends ($RT_BASE/outbox). RT_PORT.
# Each verb may be run again.
set -euo pipefail
here=$(cd "$(dirname "$0")"; pwd)
install() {
  dpkg -s request-tracker5 rt5-db-sqlite rt5-standalone rt5-clients >/dev/null 2>&1 && return 0
  export DEBIAN_FRONTEND=noninteractive
  debconf-set-selections <<'P'
postfix postfix/main_mailer_type select No configuration
request-tracker5 request-tracker5/handle-siteconfig-permissions boolean true
request-tracker5 request-tracker5/install-cronjobs boolean false
P
  # dbconfig-no-thanks keeps apt from asking
  apt-get install -y -qq --no-install-recommends request-tracker5 rt5-standalone rt5-db-sqlite rt5-clients dbconfig-no-thanks postfix
}
[ "${1:-}" = install ] && { install; exit; }
base=${RT_BASE:?} port=${RT_PORT:?}
export RT_SITE_CONFIG=$base/RT_SiteConfig.pm RT_SITE_CONFIG_DIR=$base/RT_SiteConfig.d
config() {
  mkdir -p "$base/RT_SiteConfig.d" "$base/outbox"
  cat > "$RT_SITE_CONFIG" <<C
Set(\$rtname, 'example.test');
Set(\$Organization, 'example.test');
Set(\$CorrespondAddress, 'rt\@example.test');
Set(\$CommentAddress, 'rt-comment\@example.test');
Set(\$OwnerEmail, 'root\@example.test');
Set(\$WebDomain, '127.0.0.1'); Set(\$WebPort, $port); Set(\$WebPath, ''); Set(\$WebBaseURL, 'http://127.0.0.1:$port');
Set(\$CanonicalizeRedirectURLs, 0); Set(\$RestrictReferrer, 0);
Set(\$DatabaseType, 'SQLite'); Set(\$DatabaseName, '$base/rt5.sqlite');
Set(\$MailCommand, 'sendmailpipe'); Set(\$SendmailPath, '$base/sendmail'); Set(\$SendmailArguments, '-oi -t');
Set(\$LogToSyslog, undef); Set(\$LogToSTDERR, 'info');
Set(\$DisablePasswordForAuthToken, 1);
Set(\$BcryptCost, 4); # each request checks the token: 0.25 s of CPU with RT's 12, ten times what most of them take
1;
C
  cat > "$base/sendmail" <<C
#!/bin/sh
file=$base/outbox/\$(date +%s%N)
cat >"\$file" && mv "\$file" "\$file.eml"
C
  chmod +x "$base/sendmail"
}
init() {
  config
  [ -s "$base/rt5.sqlite" ] && return 0
  printf 'only-for-tests' > "$base/rootpw"
  rt-setup-database-5 --action init --skip-create --root-password-file "$base/rootpw" </dev/null >"$base/init.log" 2>&1 || { tail -20 "$base/init.log"; return 1; }
}
start() {
  cd "$base"
  setsid nohup /usr/share/request-tracker5/libexec/standalone_httpd --port "$port" --host 127.0.0.1 >>"$base/server.log" 2>&1 </dev/null &
  echo $! > "$base/pid"
  for _ in $(seq 120); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
    sleep 0.25
  done
  tail -20 "$base/server.log"; return 1
}
stop() { [ -f "$base/pid" ] && kill -INT "$(cat "$base/pid")" 2>/dev/null; rm -f "$base/pid"; return 0; }
seed() { perl "$here/rt_seed.pl" && perl "$here/../../deploy/rt_setup.pl" --queue Support --queue Notes --queue Quiet --user kbbot --email kbbot@example.test --hook "$HOOK_URL"; }
"$1"
