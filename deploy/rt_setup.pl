#!/usr/bin/perl
# Prepares Request Tracker 5 for Postbote; run on RT's machine as a user who may read RT's configuration. May be run again.
#
#   POSTBOTE_RT_WEBHOOK_SECRET=... perl rt_setup.pl --queue Support --hook https://postbote.example.org/hooks/rt
#
# For each --queue: the bot's rights, the custom field "bot-state" (whose ticket it is), a template that marks the bot's public
# replies as automatic (RFC 3834), and with --hook a scrip that tells Postbote of new tickets. Creates the user (--user, default
# postbote; --email) if there is none. Prints the token for POSTBOTE_RT_TOKEN once, when it is made: RT does not show it again.
use strict; use warnings;
use Getopt::Long;
BEGIN { unshift @INC, grep { -d } $ENV{RT_LIB} // (), '/usr/share/request-tracker5/lib', '/opt/rt5/lib', '/opt/rt5/local/lib' }
use RT -init;

my ($name, @queues, $email, $hook) = ('postbote');
GetOptions('queue=s' => \@queues, 'user=s' => \$name, 'email=s' => \$email, 'hook=s' => \$hook)
    and @queues or die "usage: rt_setup.pl --queue NAME [--queue NAME ...] [--user NAME] [--email ADDRESS] [--hook URL]\n";
my $secret = $ENV{POSTBOTE_RT_WEBHOOK_SECRET} // '';
die "--hook needs POSTBOTE_RT_WEBHOOK_SECRET in the environment, the same as Postbote has\n" if $hook && $secret !~ /^[\w.+=-]{16,}$/a;
die "--hook must be an http(s) address without quotes\n" if $hook && $hook !~ m{^https?://[\w.:/-]+$}a;
die "--user must be letters, digits, dots and dashes\n" if $name !~ /^[\w.-]+$/a;

my $su = RT->SystemUser;
sub done { my ($ok, $says) = @_; die "$says\n" unless $ok; return $ok }
sub grant { my ($who, $on, @rights) = @_; for (@rights) { done($who->GrantRight(Right => $_, Object => $on)) unless $who->HasRight(Right => $_, Object => $on) } }

my $bot = RT::User->new($su); $bot->Load($name);
done($bot->Create(Name => $name, RealName => 'Postbote', Privileged => 1, $email ? (EmailAddress => $email) : ())) unless $bot->Id;

my $fields = RT::CustomFields->new($su);
$fields->Limit(FIELD => 'Name', VALUE => 'bot-state', CASESENSITIVE => 0);
$fields->Limit(FIELD => 'LookupType', VALUE => RT::Ticket->CustomFieldLookupType);
my $field = $fields->First;
unless ($field) {
    $field = RT::CustomField->new($su);
    done($field->Create(Name => 'bot-state', Type => 'FreeformSingle', LookupType => RT::Ticket->CustomFieldLookupType,
        Description => 'which Postbote has this ticket; empty: none'));
}
grant($bot->PrincipalObj, $field, qw(SeeCustomField ModifyCustomField));

for my $queue_name (@queues) {
    my $queue = RT::Queue->new($su); $queue->Load($queue_name);
    die "there is no queue '$queue_name'\n" unless $queue->Id;
    grant($bot->PrincipalObj, $queue, qw(SeeQueue ShowTicket ShowTicketComments ReplyToTicket CommentOnTicket ModifyTicket
        CreateTicket SeeCustomField ModifyCustomField));
    done($field->AddToObject($queue)) unless $field->IsAdded($queue->Id) || $field->IsGlobal;

    my $template = RT::Template->new($su); $template->LoadQueueTemplate(Queue => $queue->Id, Name => 'Correspondence in HTML');
    if (!$template->Id) {
        done(RT::Template->new($su)->Create(Name => 'Correspondence in HTML', Queue => $queue->Id, Type => 'Perl',
            Description => 'marks replies of Postbote as automatic', Content => template()));
    } elsif ($template->Content !~ /Auto-Submitted/) {
        warn "the queue '$queue_name' has its own template 'Correspondence in HTML': add these two lines to its head\n"
            . join('', grep { /^(Auto-Submitted|X-Auto)/ } map { "$_\n" } split /\n/, template());
    }
    scrip($queue) if $hook;
}

my $tokens = RT::AuthTokens->new($su); $tokens->LimitOwner(VALUE => $bot->Id);
my ($mine) = grep { $_->Description eq 'Postbote' } @{ $tokens->ItemsArrayRef };
unless ($mine) {
    my ($ok, $says, $token) = RT::AuthToken->new($su)->Create(Owner => $bot->Id, Description => 'Postbote');
    done($ok, $says);
    print "POSTBOTE_RT_TOKEN=$token\n";
}

sub template { return <<"END" }
RT-Attach-Message: yes
Content-Type: text/html
Auto-Submitted: { \$Transaction->CreatorObj->Name eq '$name' ? 'auto-replied' : 'no' }
X-Auto-Response-Suppress: { \$Transaction->CreatorObj->Name eq '$name' ? 'All' : 'None' }

{\$Transaction->Content( Type => "text/html")}
END

sub scrip {
    my $queue = shift;
    # Stage TransactionBatch: in TransactionCreate it would run before the ticket can be seen. RT waits for the answer, at
    # most three seconds; Postbote answers in milliseconds, and finds by polling what a lost hook has not told.
    my $code = <<"END";
require LWP::UserAgent; require JSON; require Digest::SHA;
my \$body = JSON->new->utf8->canonical->encode({ event => 'ticket.created', ticket => \$self->TicketObj->Id + 0,
    transaction => \$self->TransactionObj->Id + 0, queue => \$self->TicketObj->QueueObj->Name });
my \$now = time;
my \$signature = Digest::SHA::hmac_sha256_hex("\$now.\$body", '$secret');
my \$answer = LWP::UserAgent->new(timeout => 3)->post('$hook', 'Content-Type' => 'application/json',
    'X-RT-Timestamp' => \$now, 'X-RT-Signature' => "sha256=\$signature", Content => \$body);
RT->Logger->warning('Postbote hook: ' . \$answer->status_line) unless \$answer->is_success;
1;
END
    my $scrips = RT::Scrips->new($su); $scrips->LimitToQueue($queue->Id);
    while (my $scrip = $scrips->Next) {
        next unless ($scrip->Description // '') eq 'Postbote hook';
        done($scrip->SetCustomCommitCode($code)) if $scrip->CustomCommitCode ne $code;
        return;
    }
    done(RT::Scrip->new($su)->Create(Description => 'Postbote hook', Queue => $queue->Id, ScripCondition => 'On Create',
        ScripAction => 'User Defined', Template => 'Blank', Stage => 'TransactionBatch', CustomPrepareCode => '1;',
        CustomCommitCode => $code));
}
