#!/usr/bin/perl
# What a helpdesk has before Postbote comes: queues to which anybody may write, and an agent. May be run again.
use strict; use warnings; use lib '/usr/share/request-tracker5/lib';
use RT -init;
my $su = RT->SystemUser;
my $everyone = RT::Group->new($su); $everyone->LoadSystemInternalGroup('Everyone');
my $agent = RT::User->new($su); $agent->Load('agent');
$agent->Create(Name => 'agent', EmailAddress => 'agent@example.test', Privileged => 1) unless $agent->Id;
for my $name (qw(Support Notes Quiet)) {
    my $queue = RT::Queue->new($su); $queue->Load($name);
    $queue->Create(Name => $name, CorrespondAddress => lc("$name\@example.test"), CommentAddress => lc("$name-comment\@example.test"))
        unless $queue->Id;
    $everyone->PrincipalObj->GrantRight(Right => $_, Object => $queue) for qw(CreateTicket ReplyToTicket CommentOnTicket SeeQueue);
    $agent->PrincipalObj->GrantRight(Right => $_, Object => $queue) for qw(ShowTicket ShowTicketComments ModifyTicket);
}
