# workers.rb ADDRESS PORT THREADS HOST REMOTE_PORT: pages that fetch over TLS, Net::HTTP with its
# timeouts switched off.
require "net/http"
require "openssl"
require "socket"

server = TCPServer.new(ARGV[0], Integer(ARGV[1]))
workers = Array.new(Integer(ARGV[2])) do
  Thread.new do
    loop do
      link = server.accept
      begin
        link.readpartial(4096)
        remote = Net::HTTP.new(ARGV[3], Integer(ARGV[4]))
        remote.use_ssl = true
        remote.verify_mode = OpenSSL::SSL::VERIFY_NONE
        remote.open_timeout = remote.read_timeout = nil
        remote.max_retries = 0
        code = remote.get("/revocation/root.crl").code
        link.write("HTTP/1.1 #{code} OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      rescue SystemCallError, IOError, OpenSSL::SSL::SSLError
        nil
      ensure
        link.close
      end
    end
  end
end
workers.each(&:join)
