#!/usr/bin/perl
# accept.pl ADDRESS PORT CERT KEY: IO::Socket::SSL, whose accept() does the handshake.
use strict;
use warnings;
use IO::Socket::SSL;

$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::SSL->new(
    LocalAddr => $ARGV[0], LocalPort => $ARGV[1], Listen => 32, ReuseAddr => 1,
    SSL_cert_file => $ARGV[2], SSL_key_file => $ARGV[3], SSL_version => 'TLSv1_2',
) or die "cannot listen: $!, $SSL_ERROR";
while (1) {
    my $link = $server->accept or next;
    my $line = <$link>;
    print $link "250 accepted\r\n" if defined $line;
    close $link;
}
