/* Reads lines "SERVICE REGION FIPS DUALSTACK [URL]", the middle two 0 or 1, and prints for each the
 * URL of the endpoint, or "error". For tests/integration/aws_endpoint_botocore.py. */
#include "aws/endpoint.h"

#include <stdio.h>

int main(void) {
    char line[512], service[64], region[64], url[256];
    int fips, dualstack;
    while (fgets(line, sizeof line, stdin)) {
        *url = '\0';
        if (sscanf(line, "%63s %63s %d %d %255s", service, region, &fips, &dualstack, url) < 4)
            return 1;
        const fiat__aws_endpoint_opts opts = {.service = service,
                                              .region = region,
                                              .url = url,
                                              .fips = fips != 0,
                                              .dualstack = dualstack != 0};
        fiat__aws_endpoint out;
        puts(fiat__aws_endpoint_resolve(&out, &opts, NULL) == FIAT_OK ? out.url : "error");
    }
    return 0;
}
