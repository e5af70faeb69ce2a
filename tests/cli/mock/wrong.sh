# What is refused, and how.
fails 2 fiat mock --access-key one
echo 'throttle x3
nonsense' >faults
fails 1 fiat mock --script faults
echo 'tls-refused' >faults
fails 1 fiat mock --script faults
fails 1 fiat mock --script missing
