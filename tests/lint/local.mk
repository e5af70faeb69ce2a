# Rules of the tree that a program can see broken. Each is run by hand as tests/lint/NAME [TREE].
lint_tests = %D%/layers %D%/docs %D%/banned %D%/format %D%/words %D%/errors %D%/configuration %D%/aws-errors %D%/features \
	%D%/listed %D%/man %D%/exports %D%/headers %D%/selftest
dist_check_SCRIPTS += $(lint_tests)
TESTS += $(lint_tests)
EXTRA_DIST += %D%/public-functions.awk .clang-format docs/errors.md docs/errors.txt \
	scripts/build scripts/deps scripts/errors-md scripts/lib.sh scripts/metrics scripts/moto scripts/quickstart scripts/test \
	tests/steps .ci/run
EXTRA_DIST += tests/integration/install.sh tests/integration/outside/main.c
