# The command at a terminal.
dist_check_SCRIPTS += %D%/completion.py %D%/terminal.py
TESTS += %D%/completion.py %D%/terminal.py

# Delivery streams: against moto and the service models of botocore, and against scripted answers.
dist_check_SCRIPTS += %D%/stream_moto.py %D%/stream_faults.py
TESTS += %D%/stream_moto.py %D%/stream_faults.py

# Queries on Athena: the same two.
dist_check_SCRIPTS += %D%/query_moto.py %D%/query_faults.py
TESTS += %D%/query_moto.py %D%/query_faults.py
EXTRA_DIST += %D%/scripted_aws.py

# `fiat doctor` at moto.
dist_check_SCRIPTS += %D%/doctor_moto.py
TESTS += %D%/doctor_moto.py
