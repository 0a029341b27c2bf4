# accept.rb ADDRESS PORT CERT KEY AUTHORITY: OpenSSL::SSL::SSLServer, which by default handshakes
# inside accept(); client certificates are required.
require "openssl"
require "socket"

context = OpenSSL::SSL::SSLContext.new
context.cert = OpenSSL::X509::Certificate.new(File.read(ARGV[2]))
context.key = OpenSSL::PKey.read(File.read(ARGV[3]))
context.ca_file = ARGV[4]
context.verify_mode = OpenSSL::SSL::VERIFY_PEER | OpenSSL::SSL::VERIFY_FAIL_IF_NO_PEER_CERT
server = OpenSSL::SSL::SSLServer.new(TCPServer.new(ARGV[0], Integer(ARGV[1])), context)
loop do
  link = begin
    server.accept
  rescue OpenSSL::SSL::SSLError, SystemCallError
    next
  end
  Thread.new do
    link.gets
    link.write("LICENSE 42 GRANTED\n")
    link.close
  rescue OpenSSL::SSL::SSLError, SystemCallError, IOError
    nil
  end
end
