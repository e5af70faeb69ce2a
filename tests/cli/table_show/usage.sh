# Wrong use; what a service is needed for is in tests/integration.
fails 2 fiat table show
fails 1 fiat table show Nosuch
fails 1 fiat table show Audit --database My-DB
