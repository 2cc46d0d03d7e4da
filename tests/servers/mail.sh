#!/usr/bin/env bash
# Postfix (SMTP) and Dovecot (IMAP, LMTP, Sieve) on loopback, for tests: mail.sh install | start | stop | wipe | status
# Everything stands in MAIL_BASE (an absolute path, short, readable for all); nothing under /etc is touched. Needs root and Debian.
# Mailboxes, password "secret": support@example.test, other@kunde.test, kunde@kunde.test, and urlaub@kunde.test with a real
# vacation responder (RFC 5230); ghost@ is taken and bounces. "+anything" goes into the same mailbox. Nothing ever leaves the machine.
set -euo pipefail
B=${MAIL_BASE:?an absolute folder for configuration, spool and mailboxes}
SMTP_PORT=${SMTP_PORT:-2525} IMAP_PORT=${IMAP_PORT:-2143} LMTP_PORT=${LMTP_PORT:-2424}

install() {
  dpkg -s dovecot-imapd dovecot-lmtpd dovecot-sieve postfix >/dev/null 2>&1 && return 0
  export DEBIAN_FRONTEND=noninteractive
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  apt-get install -y -qq --no-install-recommends dovecot-imapd dovecot-lmtpd dovecot-sieve postfix
}

config() {
  mkdir -p "$B"/{dovecot,postfix,spool,boxes,run,data,sieve}
  chmod 755 "$B"
  id vmail >/dev/null 2>&1 || useradd -r -M -s /usr/sbin/nologin vmail
  chown -R vmail:vmail "$B/boxes"
  printf '%s:{PLAIN}secret::::::\n' support other kunde urlaub >"$B/dovecot/users"
  # Without "+vacation-seconds" below this script silently fails to compile, and no test of silence means anything
  printf 'require ["vacation-seconds","vacation"];\nvacation :seconds 1 :addresses ["urlaub@kunde.test"] :subject "Abwesend" "Ich bin im Urlaub.";\n' >"$B/sieve/urlaub.sieve"
  chown -R vmail "$B/sieve"
  cat >"$B/dovecot/dovecot.conf" <<C
base_dir = $B/run
state_dir = $B/run
instance_name = postbote-test
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
log_path = $B/dovecot.log
mail_location = maildir:$B/boxes/%n
first_valid_uid = 1
auth_username_format = %Ln
mail_max_userip_connections = 100
recipient_delimiter = +
passdb {
  driver = passwd-file
  args = scheme=PLAIN $B/dovecot/users
}
userdb {
  driver = static
  args = uid=vmail gid=vmail home=$B/boxes/%n
}
protocol lmtp {
  mail_plugins = sieve
  postmaster_address = postmaster@example.test
}
plugin {
  sieve = file:$B/sieve/%n.sieve
  sieve_extensions = +vacation-seconds
  sieve_vacation_min_period = 1s
  sieve_vacation_default_period = 7d
}
submission_host = 127.0.0.1:$SMTP_PORT
service imap-login {
  inet_listener imap {
    port = $IMAP_PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $LMTP_PORT
  }
}
namespace inbox {
  inbox = yes
  mailbox Gesendet {
    auto = create
    special_use = \Sent
  }
  mailbox Entwurf {
    auto = create
    special_use = \Drafts
  }
}
C
  cat >"$B/postfix/main.cf" <<C
compatibility_level = 3.6
config_directory = $B/postfix
queue_directory = $B/spool
data_directory = $B/data
maillog_file = $B/postfix.log
maillog_file_prefixes = $B
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.test
mydestination =
local_transport = error:no local mail
alias_maps =
virtual_mailbox_domains = example.test, kunde.test
virtual_mailbox_maps = regexp:$B/postfix/boxes
virtual_transport = lmtp:inet:127.0.0.1:$LMTP_PORT
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtputf8_enable = yes
C
  printf '/^(support|other|kunde|urlaub|ghost)([+].*)?@(example|kunde)\\.test$/ ok\n' >"$B/postfix/boxes"
  # Debian's master.cf without chroot, smtp on a high loopback port
  {
    echo "127.0.0.1:$SMTP_PORT inet n - n - - smtpd"
    cat <<'M'
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
M
  } >"$B/postfix/master.cf"
  chown postfix "$B/data"
}

start() { # both daemons inherit stdout: redirected, or whoever reads it waits for ever
  config
  dovecot -c "$B/dovecot/dovecot.conf" >"$B/start.log" 2>&1 </dev/null
  postfix -c "$B/postfix" start >>"$B/start.log" 2>&1 </dev/null
  for _ in $(seq 80); do
    (exec 3<>"/dev/tcp/127.0.0.1/$SMTP_PORT") 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$IMAP_PORT") 2>/dev/null && return 0
    sleep .25
  done
  cat "$B/start.log" >&2
  return 1
}

stop() {
  postfix -c "$B/postfix" stop >/dev/null 2>&1 || true
  doveadm -c "$B/dovecot/dovecot.conf" stop >/dev/null 2>&1 || true
}

status() { postfix -c "$B/postfix" status && doveadm -c "$B/dovecot/dovecot.conf" who; }

wipe() {
  stop
  rm -rf "$B"
}

"${1:-start}"
