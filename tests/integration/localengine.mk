# fiat local: killed, and talked to by the clients of AWS.
local_integration_tests = %D%/local_kill.sh %D%/local_clients.sh %D%/local_athena.py
dist_check_SCRIPTS += $(local_integration_tests)
TESTS += $(local_integration_tests)
EXTRA_DIST += \
	%D%/local_kill.py %D%/local_lib.sh %D%/clients/client_awscli.sh %D%/clients/client_boto3.py \
	%D%/clients/client_js.mjs %D%/clients/package.json %D%/clients/package-lock.json \
	%D%/clients/requirements.txt scripts/setup-clients
