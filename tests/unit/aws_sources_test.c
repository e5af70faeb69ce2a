/* The sources of credentials beyond keys that lie ready: metadata services, STS, IAM Identity
 * Center and programs, against a scripted server, and in the ways that they fail. */
#include "aws/credentials.h"
#include "support/http_server.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET_MARK "SeCrEt"

#define KEYS                                                                                       \
    "\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"" SECRET_MARK "\",\"Token\":\"" SECRET_MARK    \
    "T\",\"Expiration\":\"2099-01-02T03:04:05Z\"}"
#define METADATA_KEYS  "{\"Code\":\"Success\"," KEYS
#define CONTAINER_KEYS "{" KEYS
#define PROCESS_KEYS                                                                               \
    "{\"Version\":1,\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"" SECRET_MARK                   \
    "\",\"SessionToken\":\"" SECRET_MARK "T\",\"Expiration\":\"2099-01-02T03:04:05Z\"}"
#define STS_KEYS                                                                                   \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"   \
    "<Credentials><AccessKeyId>AKID</AccessKeyId><SecretAccessKey>" SECRET_MARK                    \
    "</SecretAccessKey><SessionToken>" SECRET_MARK "T</SessionToken>"                              \
    "<Expiration>2099-01-02T03:04:05Z</Expiration></Credentials></AssumeRoleResult>"               \
    "</AssumeRoleResponse>"
#define STS_ERROR(code, message)                                                                   \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" message              \
    "</Message></Error><RequestId>r</RequestId></ErrorResponse>"
#define SSO_KEYS                                                                                   \
    "{\"roleCredentials\":{\"accessKeyId\":\"AKID\",\"secretAccessKey\":\"" SECRET_MARK            \
    "\",\"sessionToken\":\"" SECRET_MARK "T\",\"expiration\":4071006245000}}"
#define EXPIRES_MS INT64_C(4071006245000) /* 2099-01-02T03:04:05Z */

static char *s_dir;
static http_server *s_server;

/* `text` with $URL and $DIR replaced. */
static void expand(fiat__buf *out, const char *text) {
    fiat__buf_init(out, 64 * 1024);
    while (*text) {
        if (strncmp(text, "$URL", 4) == 0 || strncmp(text, "$DIR", 4) == 0) {
            fiat__buf_append_c(out, text[1] == 'U' ? http_server_url(s_server) : s_dir);
            text += 4;
        } else {
            fiat__buf_append_char(out, *text++);
        }
    }
}

static void set_env(const char *assignment) {
    fiat__buf text;
    expand(&text, assignment);
    char *equals = strchr(text.ptr, '=');
    *equals = '\0';
    setenv(text.ptr, equals + 1, 1);
    fiat__buf_deinit(&text);
}

static void put(const char *name, const char *contents) {
    fiat__buf path, text;
    fiat_error err;
    fiat__buf_init(&path, 256);
    fiat__buf_printf(&path, "%s/%s", s_dir, name);
    expand(&text, contents);
    ck_assert_fiat_ok(fiat__file_replace(path.ptr, fiat__buf_str(&text), false, &err), err);
    fiat__buf_deinit(&text);
    fiat__buf_deinit(&path);
}

/* Each test runs in a child of its own, with an environment of its own. */
static void set_up(void) {
    static const char *const settings[] = {"HOME=$DIR",
                                           "AWS_CONFIG_FILE=$DIR/config",
                                           "AWS_SHARED_CREDENTIALS_FILE=$DIR/credentials",
                                           "AWS_EC2_METADATA_DISABLED=true",
                                           "AWS_METADATA_SERVICE_TIMEOUT=1",
                                           "AWS_REGION=eu-west-1",
                                           "AWS_ENDPOINT_URL_STS=$URL",
                                           "AWS_ENDPOINT_URL_SSO=$URL",
                                           "AWS_ENDPOINT_URL_SSO_OIDC=$URL"};
    fiat__buf cache;
    fiat_error err;
    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    s_dir = tmpdir_make();
    s_server = http_server_start();
    expand(&cache, "$DIR/.aws/sso/cache");
    ck_assert_fiat_ok(fiat__dir_make(cache.ptr, &err), err);
    fiat__buf_deinit(&cache);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        set_env(settings[i]);
    put("config", "");
    put("credentials", "");
}

static void tear_down(void) {
    http_server_stop(s_server);
    tmpdir_remove(s_dir);
}

static fiat_status get(fiat__aws_credentials *out, fiat_error *err) {
    fiat__aws_credentials_provider *chain;
    fiat_error other;
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &other), other);
    memset(err, 0, sizeof *err);
    fiat_status status = fiat__aws_credentials_get(chain, out, err);
    fiat__aws_credentials_provider_free(chain);
    return status;
}

static void assert_keys(const char *provider) {
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_ok(get(&out, &err), err);
    ck_assert_str_eq(out.access_key_id, "AKID");
    ck_assert_str_eq(out.secret_access_key, SECRET_MARK);
    ck_assert_str_eq(out.session_token, SECRET_MARK "T");
    ck_assert_int_eq(out.expires_ms, EXPIRES_MS);
    ck_assert_str_eq(out.provider, provider);
    fiat__aws_credentials_deinit(&out);
}

/* What may pass is tried again by itself; all else is for an operator. */
static void assert_none(const char *part, bool passing) {
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_status(get(&out, &err), FIAT_E_AWS_CREDENTIALS);
    ck_assert_msg(!(err.flags & FIAT_ERRF_RETRYABLE) == !passing, "%s", err.message);
    ck_assert_msg(!(err.flags & FIAT_ERRF_OPERATOR) == passing, "%s", err.message);
    ck_assert_msg(strstr(err.message, part) != NULL, "\"%s\" is not in: %s", part, err.message);
    ck_assert_ptr_null(strstr(err.message, SECRET_MARK));
}

#define IMDS      "AWS_EC2_METADATA_DISABLED=", "AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL/"
#define CONTAINER "AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/" SECRET_MARK
#define WEB       "AWS_WEB_IDENTITY_TOKEN_FILE=$DIR/token", "AWS_ROLE_ARN=arn:aws:iam::1:role/r"

#define WITH_SSO_SESSION                                                                           \
    "[default]\nsso_session=s\nsso_account_id=1\nsso_role_name=r\n"                                \
    "[sso-session s]\nsso_region=eu-west-1\nsso_start_url=https://s\n"
#define SESSION_CACHE    ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json" /* of "s" */
#define SSO_TOKEN(until) "{\"accessToken\":\"" SECRET_MARK "A\",\"expiresAt\":\"" until "\"}"
#define SSO_RENEWABLE(until)                                                                       \
    "{\"accessToken\":\"OLD\",\"expiresAt\":\"" until "\",\"refreshToken\":\"" SECRET_MARK         \
    "R\",\"clientId\":\"c\",\"clientSecret\":\"" SECRET_MARK                                       \
    "C\",\"registrationExpiresAt\":\"2099-01-01T00:00:00Z\"}"

/* What is set up, what the server replies, and what comes of it: keys from `provider`, or a message
 * with `part` in it. */
typedef struct row {
    const char *env[4], *config;
    const char *file, *contents; /* one more file */
    http_reply replies[4];
    size_t requests; /* that the server is to have seen */
    const char *provider, *part;
    bool passing; /* a failure that may pass by itself */
} row;

static const row s_rows[] = {
    /* Instance metadata. */
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = "role"}, {.body = METADATA_KEYS}},
     .requests = 3,
     .provider = "instance metadata"},
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = "a+=,.@-_\nb"}, {.body = METADATA_KEYS}},
     .requests = 3,
     .provider = "instance metadata"},
    {{IMDS},
     .replies = {{.status = 403}},
     .requests = 1,
     .part = "no token (HTTP 403: switched off)"},
    {{IMDS}, .replies = {{.status = 404}}, .requests = 1, .part = "no token (HTTP 40"},
    {{IMDS}, .replies = {{.status = 400}}, .requests = 1, .part = "no token (HTTP 40"},
    {{IMDS}, .replies = {{.body = "a b"}}, .requests = 1, .part = "something that is no token"},
    {{IMDS}, .replies = {{.body = "a\r\nb: c"}}, .requests = 1, .part = "that is no token"},
    {{IMDS},
     .replies = {{.fault = HTTP_FAULT_STALL}},
     .requests = 1,
     .part = "no answer (hop limit too low?)",
     .passing = true},
    {{IMDS},
     .replies = {{.fault = HTTP_FAULT_RESET}},
     .requests = 1,
     .part = "no answer",
     .passing = true},
    {{"AWS_EC2_METADATA_DISABLED=", "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1"},
     .part = "no answer",
     .passing = true},
    {{IMDS},
     .replies = {{.status = 503}},
     .requests = 1,
     .part = "no token (HTTP 503)",
     .passing = true},
    {{IMDS},
     .replies = {{.body = "tok"}, {.status = 500}},
     .requests = 2,
     .part = "the instance has no role (HTTP status 500)",
     .passing = true},
    {{IMDS},
     .replies = {{.body = "tok"}, {.status = 404}},
     .requests = 2,
     .part = "the instance has no role"},
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = "../../x"}},
     .requests = 2,
     .part = "that is no name of a role"},
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = ""}},
     .requests = 2,
     .part = "that is no name of a role"},
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = "r"}, {.body = "<html>"}},
     .requests = 3,
     .part = "the reply is no JSON object"},
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = "r"}, {.body = "[]"}},
     .requests = 3,
     .part = "the reply is no JSON object"},
    {{IMDS},
     .replies = {{.body = "tok"},
                 {.body = "r"},
                 {.body = "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 "
                          "cannot assume the role\"}"}},
     .requests = 3,
     .part = "role r: AssumeRoleUnauthorizedAccess: EC2 cannot assume the role"},
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = "r"}, {.body = "{\"AccessKeyId\":\"A\"}"}},
     .requests = 3,
     .part = "the reply has no SecretAccessKey"},
    {{IMDS},
     .replies = {{.body = "tok"},
                 {.body = "r"},
                 {.body = "{\"AccessKeyId\":\"A\\nX: y\",\"SecretAccessKey\":\"b\"}"}},
     .requests = 3,
     .part = "AccessKeyId holds a blank or another character"},
    {{IMDS},
     .replies = {{.body = "tok"}, {.body = "r"}, {.status = 500, .body = METADATA_KEYS}},
     .requests = 3,
     .part = "HTTP status 500",
     .passing = true},
    {{IMDS, "AWS_METADATA_SERVICE_NUM_ATTEMPTS=2"},
     .replies = {{.status = 503}, {.body = "tok"}, {.body = "r"}, {.body = METADATA_KEYS}},
     .requests = 4,
     .provider = "instance metadata"},
    {{IMDS, "AWS_METADATA_SERVICE_NUM_ATTEMPTS=0"}, .part = "must be a whole number in 1..100"},
    {{IMDS, "AWS_METADATA_SERVICE_TIMEOUT=x"}, .part = "must be a whole number in 1..300"},
    {{IMDS, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv5"}, .part = "must be IPv4 or IPv6"},
    {{"AWS_EC2_METADATA_DISABLED=", "AWS_EC2_METADATA_SERVICE_ENDPOINT=ftp://x"},
     .part = "AWS_EC2_METADATA_SERVICE_ENDPOINT: the URL begins with neither"},
    {{"AWS_EC2_METADATA_DISABLED="},
     .config = "[default]\nec2_metadata_service_endpoint=$URL\nmetadata_service_num_attempts=1\n",
     .replies = {{.body = "tok"}, {.body = "r"}, {.body = METADATA_KEYS}},
     .requests = 3,
     .provider = "instance metadata"},
    /* Version 1, without a token, only on request. */
    {{IMDS, "AWS_EC2_METADATA_V1_DISABLED=false"},
     .replies = {{.status = 404}, {.body = "r"}, {.body = METADATA_KEYS}},
     .requests = 3,
     .provider = "instance metadata"},
    {{IMDS},
     .config = "[default]\nec2_metadata_v1_disabled = false\n",
     .replies = {{.fault = HTTP_FAULT_CLOSE}, {.body = "r"}, {.body = METADATA_KEYS}},
     .requests = 3,
     .provider = "instance metadata"},
    {{IMDS, "AWS_EC2_METADATA_V1_DISABLED=true"},
     .replies = {{.status = 404}},
     .requests = 1,
     .part = "no token (HTTP 40"},
    /* Containers. */
    {{CONTAINER}, .replies = {{.body = CONTAINER_KEYS}}, .requests = 1, .provider = "container"},
    {{CONTAINER},
     .replies = {{.status = 503}, {.body = CONTAINER_KEYS}},
     .requests = 2,
     .provider = "container"},
    {{CONTAINER}, /* nor is its path told: it may be what lets one ask */
     .replies = {{.fault = HTTP_FAULT_RESET},
                 {.fault = HTTP_FAULT_RESET},
                 {.fault = HTTP_FAULT_RESET}},
     .requests = 3,
     .part = "request to the container's credential service failed: ",
     .passing = true},
    {{CONTAINER},
     .replies = {{.status = 429}, {.status = 500}, {.status = 408}},
     .requests = 3,
     .part = "HTTP status 408",
     .passing = true},
    {{CONTAINER},
     .replies = {{.status = 404, .body = "{\"message\":\"gone\"}"}},
     .requests = 1,
     .part = "HTTP status 404: gone"},
    {{CONTAINER},
     .replies = {{.status = 401, .body = "\x01 no JSON"}},
     .requests = 1,
     .part = "HTTP status 401"},
    {{CONTAINER},
     .replies = {{.body = CONTAINER_KEYS CONTAINER_KEYS}},
     .requests = 1,
     .part = "the reply is no JSON object"},
    {{CONTAINER},
     .replies = {{.body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"b\","
                          "\"Expiration\":\"tomorrow\"}"}},
     .requests = 1,
     .part = "Expiration is no time such as"},
    {{CONTAINER},
     .replies = {{.body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"b\","
                          "\"Expiration\":\"2001-01-01T00:00:00Z\"}"}},
     .requests = 1,
     .part = "those from container have expired already"},
    {{CONTAINER},
     .replies = {{.status = 302, .headers = "Location: http://127.0.0.1:1/\r\n"}},
     .requests = 1,
     .part = "HTTP status 302"},
    {{CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN=a\r\nX: " SECRET_MARK},
     .part = "AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line break"},
    {{CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$DIR/token"},
     .file = "token",
     .contents = SECRET_MARK "\n",
     .part = "/token holds a line break"},
    {{CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$DIR/none"}, .part = "cannot open /tmp/"},
    {{CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/dev/zero"}, .part = "is larger than"},
    {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=x"}, .part = "must be a path that begins with /"},
    {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/a b"}, .part = "must be a path that begins with /"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.3/"},
     .part = "host 169.254.170.3 is not allowed; use https"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost.evil/"}, .part = "is not allowed"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://evil/#127.0.0.1"}, .part = "is not allowed"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://128.0.0.1/"}, .part = "is not allowed"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[fd00:ec2::24]/"}, .part = "is not allowed"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[::ffff:127.0.0.1]/"}, .part = "is not allowed"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1@evil/"}, .part = "a user name"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=file:///etc/passwd"}, .part = "FULL_URI"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=127.0.0.1/"}, .part = "is no URL such as"},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/\r\nX: y"}, .part = "is no URL such as"},
    /* Web identity. */
    {{WEB},
     .file = "token",
     .contents = SECRET_MARK "W\n",
     .replies = {{.body = STS_KEYS}},
     .requests = 1,
     .provider = "web identity"},
    {{WEB}, .part = "web identity: cannot open /tmp/"},
    {{WEB}, .file = "token", .contents = "", .part = "/token holds no token"},
    {{WEB}, .file = "token", .contents = SECRET_MARK " x", .part = "/token holds no token"},
    {{"AWS_WEB_IDENTITY_TOKEN_FILE=$DIR/token"},
     .file = "token",
     .contents = "W",
     .part = "set AWS_ROLE_ARN, or role_arn in the profile"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:aws:iam::1:role/r\nweb_identity_token_file=$DIR/token\n",
     .file = "token",
     .contents = "W",
     .replies = {{.body = STS_KEYS}},
     .requests = 1,
     .provider = "web identity"},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.status = 400,
                  .body = STS_ERROR("InvalidIdentityToken", "No &#79;IDC &lt;p&gt;")}},
     .requests = 1,
     .part = "STS: InvalidIdentityToken: No OIDC <p>"},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.status = 500}, {.fault = HTTP_FAULT_RESET}, {.body = STS_KEYS}},
     .requests = 3,
     .provider = "web identity"},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.status = 500}, {.status = 502}, {.status = 503}},
     .requests = 3,
     .part = "answered with HTTP status 503 and no error code",
     .passing = true},
    {{WEB, "AWS_ENDPOINT_URL_STS=http://127.0.0.1:1"},
     .file = "token",
     .contents = "W",
     .part = "request to 127.0.0.1:1 failed",
     .passing = true},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.status = 400, .body = STS_ERROR("Throttling", "Rate exceeded")}},
     .requests = 1,
     .part = "STS: Throttling",
     .passing = true},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.status = 400, .body = STS_ERROR("IDPCommunicationError", "No answer")}},
     .requests = 1,
     .part = "STS: IDPCommunicationError",
     .passing = true},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.status = 400, .body = STS_ERROR("ExpiredTokenException", "Token expired")}},
     .requests = 1,
     .part = "STS: ExpiredTokenException"},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.body = "{}"}},
     .requests = 1,
     .part = "STS: the reply is no XML; check endpoint_url"},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.body = "<a/>"}},
     .requests = 1,
     .part = "STS: a reply without complete credentials"},
    {{WEB},
     .file = "token",
     .contents = "W",
     .replies = {{.status = 404, .body = "<html>not here</html>"}},
     .requests = 1,
     .part = "answered with HTTP status 404 and no error code"},
    /* Roles. */
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=b\n"
               "[profile b]\naws_access_key_id=B\naws_secret_access_key=" SECRET_MARK "\n",
     .replies = {{.body = STS_KEYS}},
     .requests = 1,
     .provider = "assumed role"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=default\naws_access_key_id=B\n"
               "aws_secret_access_key=s\n",
     .replies = {{.body = STS_KEYS}},
     .requests = 1,
     .provider = "assumed role"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=b\n[profile b]\nrole_arn=arn:q\n"
               "source_profile=c\n[profile c]\naws_access_key_id=C\naws_secret_access_key=s\n",
     .replies = {{.body = STS_KEYS}, {.body = STS_KEYS}},
     .requests = 2,
     .provider = "assumed role"},
    {{CONTAINER},
     .config = "[default]\nrole_arn=arn:r\ncredential_source=EcsContainer\n",
     .replies = {{.body = CONTAINER_KEYS}, {.body = STS_KEYS}},
     .requests = 2,
     .provider = "assumed role"},
    {{IMDS},
     .config = "[default]\nrole_arn=arn:r\ncredential_source=Ec2InstanceMetadata\n",
     .replies = {{.body = "t"}, {.body = "r"}, {.body = METADATA_KEYS}, {.body = STS_KEYS}},
     .requests = 4,
     .provider = "assumed role"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\ncredential_source=Environment\n",
     .part = "\"default\": credential_source Environment: no AWS_ACCESS_KEY_ID"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\ncredential_source=environment\n",
     .part = "it must be Environment, EcsContainer or"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\n",
     .part = "role_arn needs source_profile or credential_source"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=a\ncredential_source=Environment\n",
     .part = "both source_profile and credential_source are set"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=nowhere\n",
     .part = "source_profile \"nowhere\" is in neither file"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=b\n[profile b]\nregion=x\n",
     .part = "source_profile b: \"b\": no keys in"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=default\n",
     .part = "source_profile \"default\" leads back to where it came from"},
    {{NULL},
     .config =
         "[default]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=q\nsource_profile=c\n"
         "[profile c]\nrole_arn=p\nsource_profile=b\n",
     .part = "source_profile \"b\" leads back"},
    {{NULL},
     .config = "[default]\nrole_arn=r\nsource_profile=b\nmfa_serial=m\n",
     .part = "mfa_serial: nobody is there to type a code"},
    {{NULL},
     .config = "[default]\nrole_arn=r\nsource_profile=b\nduration_seconds=899\n",
     .part = "duration_seconds must be a whole number in 900..43200"},
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=b\n"
               "[profile b]\naws_access_key_id=B\naws_secret_access_key=s\n",
     .replies = {{.status = 403, .body = STS_ERROR("AccessDenied", "User is not authorized")}},
     .requests = 1,
     .part = "role arn:r: STS: AccessDenied: User is not authorized"},
    /* A clock that is off is no reason to fail: once more by the server's. */
    {{NULL},
     .config = "[default]\nrole_arn=arn:r\nsource_profile=b\n"
               "[profile b]\naws_access_key_id=B\naws_secret_access_key=s\n",
     .replies = {{.status = 403,
                  .headers = "Date: Sat, 01 Jan 2050 00:00:00 GMT\r\n",
                  .body = STS_ERROR("SignatureDoesNotMatch", "Signature expired")},
                 {.body = STS_KEYS}},
     .requests = 2,
     .provider = "assumed role"},
    /* IAM Identity Center. */
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_TOKEN("2099-01-01T00:00:00Z"),
     .replies = {{.body = SSO_KEYS}},
     .requests = 1,
     .provider = "IAM Identity Center"},
    {{NULL},
     .config = "[default]\nsso_account_id=1\nsso_role_name=r\nsso_region=eu-west-1\n"
               "sso_start_url=s\n",
     .file = SESSION_CACHE,
     .contents = SSO_TOKEN("2099-01-01T00:00:00UTC"),
     .replies = {{.body = SSO_KEYS}},
     .requests = 1,
     .provider = "IAM Identity Center"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .part = "sso: nobody has logged in; run `aws sso login --sso-session s`"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_TOKEN("2001-01-01T00:00:00Z"),
     .part = "the login has expired; run `aws sso login --sso-session s`"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = "{" SECRET_MARK,
     .part = ".json is no JSON"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = "{}",
     .part = "has no accessToken or expiresAt"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_TOKEN("2099-01-01T00:00:00Z"),
     .replies = {{.status = 401}},
     .requests = 1,
     .part = "the login is not accepted any more; run `aws sso login"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_TOKEN("2099-01-01T00:00:00Z"),
     .replies = {{.status = 403, .body = "{\"message\":\"No access\"}"}},
     .requests = 1,
     .part = "GetRoleCredentials: HTTP status 403: No access"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_TOKEN("2099-01-01T00:00:00Z"),
     .replies = {{.status = 500}, {.status = 500}, {.fault = HTTP_FAULT_CLOSE}},
     .requests = 3,
     .part = "sso: request to 127.0.0.1:",
     .passing = true},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_RENEWABLE("2001-01-01T00:00:00Z"),
     .replies = {{.status = 500}, {.status = 500}, {.status = 500}},
     .requests = 3,
     .part = "renewing the token: HTTP status 500",
     .passing = true},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_RENEWABLE("2001-01-01T00:00:00Z"),
     .replies = {{.status = 400, .body = "{\"error\":\"invalid_grant\"}"}},
     .requests = 1,
     .part =
         "has expired; run `aws sso login --sso-session s`; renewing the token: HTTP status 400"},
    {{NULL},
     .config = WITH_SSO_SESSION,
     .file = SESSION_CACHE,
     .contents = SSO_RENEWABLE("2001-01-01T00:00:00Z"),
     .replies = {{.body = "{\"accessToken\":\"NEW\"}"}},
     .requests = 1,
     .part = "the reply has no accessToken or expiresIn"},
    {{NULL},
     .config = "[default]\nsso_session=t\nsso_account_id=1\nsso_role_name=r\n",
     .part = "there is no [sso-session t]"},
    {{NULL},
     .config = "[default]\nsso_session=s\nsso_account_id=1\n",
     .part = "sso_role_name is not set"},
    {{NULL}, .config = "[default]\nsso_role_name=r\n", .part = "sso_account_id is not set"},
    {{NULL},
     .config = "[default]\nsso_account_id=1\nsso_role_name=r\nsso_start_url=s\n",
     .part = "sso_region is not set"},
    {{NULL},
     .config = "[default]\nsso_session=s\nsso_account_id=1\nsso_role_name=r\nsso_region=other\n"
               "[sso-session s]\nsso_region=eu-west-1\nsso_start_url=https://s\n",
     .part = "sso_region differs between the profile and sso-session s"},
    /* Programs. */
    {{NULL},
     .config = "[default]\ncredential_process = cat $DIR/out\n",
     .file = "out",
     .contents = PROCESS_KEYS,
     .provider = "credential process"},
    {{NULL},
     .config = "[default]\ncredential_process = sh -c 'exec cat \"$0\"' \"$DIR/out\"\n",
     .file = "out",
     .contents = PROCESS_KEYS,
     .provider = "credential process"},
    {{NULL},
     .config = "[default]\ncredential_process = /nonexistent/program\n",
     .part = "credential_process: cannot run /nonexistent/program: No such file"},
    {{NULL},
     .config = "[default]\ncredential_process = sh -c 'echo why >&2; exit 3'\n",
     .part = "sh exited with 3: why"},
    {{NULL},
     .config = "[default]\ncredential_process = sh -c 'kill -9 $$'\n",
     .part = "sh was ended by signal 9"},
    {{NULL},
     .config = "[default]\ncredential_process = echo hello\n",
     .part = "echo did not print a JSON object"},
    {{NULL},
     .config = "[default]\ncredential_process = echo '{\"Version\":2}'\n",
     .part = "output of echo has no \"Version\": 1"},
    {{NULL},
     .config = "[default]\ncredential_process = echo '{\"Version\":1}'\n",
     .part = "output of echo: the reply has no AccessKeyId"},
    {{NULL},
     .config = "[default]\ncredential_process = cat /dev/zero\n",
     .part = "cat printed more than 65536 bytes"},
    {{NULL},
     .config = "[default]\ncredential_process = echo 'x\n",
     .part = "a quote is not closed"},
    {{NULL},
     .config = "[default]\ncredential_process = false\n[profile p]\naws_access_key_id=P\n",
     .part = "false exited with 1"},
    /* What a program leaves running does not hold things up, though it has the pipe open. */
    {{NULL},
     .config = "[default]\ncredential_process = sh -c 'sleep 20 & cat $DIR/out'\n",
     .file = "out",
     .contents = PROCESS_KEYS,
     .provider = "credential process"},
    /* Nor is it run in the pipeline of a shell, nor its input the application's. */
    {{NULL},
     .config = "[default]\ncredential_process = echo $(id) `id` | cat\n",
     .part = "echo did not print a JSON object"},
    {{NULL},
     .config = "[default]\ncredential_process = cat\n",
     .part = "cat did not print a JSON object"},
};

START_TEST(source) {
    const row *r = &s_rows[_i];
    for (size_t i = 0; i < 4 && r->env[i]; i++)
        set_env(r->env[i]);
    if (r->config) put("config", r->config);
    if (r->file) put(r->file, r->contents);
    for (size_t i = 0; i < r->requests; i++)
        http_server_push(s_server, &r->replies[i]);
    if (r->provider)
        assert_keys(r->provider);
    else
        assert_none(r->part, r->passing);
    ck_assert_uint_eq(http_server_request_count(s_server), r->requests);
}
END_TEST

static const char *header(size_t request, const char *name) {
    return http_request_header(http_server_request(s_server, request), name);
}

START_TEST(instances_are_asked_with_a_token) {
    set_env("AWS_EC2_METADATA_DISABLED=False");
    set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL/base");
    http_server_push(s_server, &(http_reply){.body = "tok=="});
    http_server_push(s_server, &(http_reply){.body = "role"});
    http_server_push(s_server, &(http_reply){.body = METADATA_KEYS});
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* not asked, or all fails */
    assert_keys("instance metadata");
    const http_request *first = http_server_request(s_server, 0);
    ck_assert_str_eq(first->method, "PUT");
    ck_assert_str_eq(first->path, "/base/latest/api/token");
    ck_assert_str_eq(header(0, "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
    ck_assert_str_eq(header(0, "content-length"), "0");
    ck_assert_ptr_null(header(0, "content-type"));
    ck_assert_str_eq(http_server_request(s_server, 1)->path,
                     "/base/latest/meta-data/iam/security-credentials/");
    ck_assert_str_eq(http_server_request(s_server, 2)->path,
                     "/base/latest/meta-data/iam/security-credentials/role");
    for (size_t i = 1; i < 3; i++) {
        ck_assert_str_eq(http_server_request(s_server, i)->method, "GET");
        ck_assert_str_eq(header(i, "x-aws-ec2-metadata-token"), "tok==");
    }
}
END_TEST

START_TEST(version_1_has_no_token) {
    set_env("AWS_EC2_METADATA_DISABLED=");
    set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL");
    set_env("AWS_EC2_METADATA_V1_DISABLED=false");
    http_server_push(s_server, &(http_reply){.status = 405});
    http_server_push(s_server, &(http_reply){.body = "role"});
    http_server_push(s_server, &(http_reply){.body = METADATA_KEYS});
    assert_keys("instance metadata");
    ck_assert_ptr_null(header(1, "x-aws-ec2-metadata-token"));
    ck_assert_ptr_null(header(2, "x-aws-ec2-metadata-token"));
}
END_TEST

/* The metadata service in trouble: what it lends has expired, and is used all the same. */
START_TEST(expired_keys_of_an_instance_are_used) {
    fiat__aws_credentials out;
    fiat_error err;
    set_env("AWS_EC2_METADATA_DISABLED=");
    set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL");
    http_server_push(s_server, &(http_reply){.body = "tok"});
    http_server_push(s_server, &(http_reply){.body = "role"});
    http_server_push(s_server,
                     &(http_reply){.body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\","
                                           "\"Expiration\":\"2001-01-01T00:00:00Z\"}"});
    ck_assert_fiat_ok(get(&out, &err), err);
    int64_t left_ms = out.expires_ms - fiat__wall_ms(&fiat__clock_system);
    ck_assert_int_gt(left_ms, 14 * 60 * 1000);
    ck_assert_int_lt(left_ms, 21 * 60 * 1000);
    ck_assert(out.outlives);
    fiat__aws_credentials_deinit(&out);
}
END_TEST

/* Where AWS's own address does not answer there may be no service at all, unless it has answered
 * before. An unreachable IPv6 address stands in for it. */
START_TEST(silence_of_a_service_that_has_answered_may_pass) {
    fiat__aws_credentials_provider *chain;
    fiat__aws_credentials out;
    fiat_error err;
    set_env("AWS_EC2_METADATA_DISABLED=");
    set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6");
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    ck_assert_fiat_status(fiat__aws_credentials_get(chain, &out, &err), FIAT_E_AWS_CREDENTIALS);
    ck_assert_uint_eq(err.flags, FIAT_ERRF_AUTH | FIAT_ERRF_OPERATOR);
    fiat__aws_credentials_provider_free(chain);

    set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL");
    http_server_push(s_server, &(http_reply){.body = "tok"});
    http_server_push(s_server, &(http_reply){.body = "role"});
    http_server_push(s_server, &(http_reply){.body = METADATA_KEYS});
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    ck_assert_fiat_ok(fiat__aws_credentials_get(chain, &out, &err), err);
    fiat__aws_credentials_deinit(&out);
    unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    fiat__aws_credentials_refresh(chain);
    ck_assert_fiat_status(fiat__aws_credentials_get(chain, &out, &err), FIAT_E_AWS_CREDENTIALS);
    ck_assert_ptr_nonnull(strstr(err.message, "no answer"));
    ck_assert_uint_eq(err.flags, FIAT_ERRF_AUTH | FIAT_ERRF_RETRYABLE);
    fiat__aws_credentials_provider_free(chain);
}
END_TEST

START_TEST(containers_are_asked_with_the_token_of_the_moment) {
    set_env("AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds?x=y");
    set_env("AWS_CONTAINER_AUTHORIZATION_TOKEN=one");
    http_server_set_default(s_server, &(http_reply){.body = CONTAINER_KEYS});
    assert_keys("container");
    ck_assert_str_eq(http_server_request(s_server, 0)->path, "/creds");
    ck_assert_str_eq(http_server_request(s_server, 0)->query, "x=y");
    ck_assert_str_eq(header(0, "authorization"), "one");
    ck_assert_str_eq(header(0, "accept"), "application/json");
    set_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$DIR/token"); /* goes first */
    put("token", "two");
    assert_keys("container");
    put("token", "three");
    assert_keys("container");
    ck_assert_str_eq(header(1, "authorization"), "two");
    ck_assert_str_eq(header(2, "authorization"), "three");
}
END_TEST

START_TEST(roles_are_asked_for_by_signed_forms) {
    put("config", "[default]\nrole_arn=arn:aws:iam::1:role/a b\nsource_profile=b\n"
                  "external_id=x&y=z\nrole_session_name=me\nduration_seconds=900\n"
                  "[profile b]\naws_access_key_id=B\naws_secret_access_key=s\n"
                  "aws_session_token=t\n");
    http_server_push(s_server, &(http_reply){.body = STS_KEYS});
    assert_keys("assumed role");
    ck_assert_str_eq(http_server_request(s_server, 0)->body,
                     "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2F"
                     "a%20b&RoleSessionName=me&ExternalId=x%26y%3Dz&DurationSeconds=900");
    ck_assert_ptr_nonnull(strstr(header(0, "authorization"), "Credential=B/"));
    ck_assert_ptr_nonnull(strstr(header(0, "authorization"), "/eu-west-1/sts/aws4_request"));
    ck_assert_str_eq(header(0, "x-amz-security-token"), "t");
    ck_assert_str_eq(header(0, "content-type"), "application/x-www-form-urlencoded; charset=utf-8");
}
END_TEST

START_TEST(web_identities_are_not_signed) {
    set_env("AWS_WEB_IDENTITY_TOKEN_FILE=$DIR/token");
    set_env("AWS_ROLE_ARN=arn");
    set_env("AWS_ROLE_SESSION_NAME=pod");
    put("token", "a.b-c_d");
    http_server_push(s_server, &(http_reply){.body = STS_KEYS});
    assert_keys("web identity");
    ck_assert_str_eq(http_server_request(s_server, 0)->body,
                     "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn&"
                     "RoleSessionName=pod&WebIdentityToken=a.b-c_d");
    ck_assert_ptr_null(header(0, "authorization"));
    ck_assert_str_eq(header(0, "content-type"), "application/x-www-form-urlencoded; charset=utf-8");
}
END_TEST

START_TEST(logins_are_renewed_and_the_file_with_them) {
    struct stat info;
    fiat__buf text, path;
    fiat_error err;
    put("config", WITH_SSO_SESSION);
    put(SESSION_CACHE, SSO_RENEWABLE("2001-01-01T00:00:00Z"));
    http_server_push(s_server, &(http_reply){.body = "{\"accessToken\":\"NEW\",\"expiresIn\":3600,"
                                                     "\"refreshToken\":\"NEXT\"}"});
    http_server_push(s_server, &(http_reply){.body = SSO_KEYS});
    assert_keys("IAM Identity Center");
    ck_assert_str_eq(http_server_request(s_server, 0)->path, "/token");
    ck_assert_str_eq(http_server_request(s_server, 0)->body,
                     "{\"clientId\":\"c\",\"clientSecret\":\"" SECRET_MARK
                     "C\",\"grantType\":\"refresh_token\",\"refreshToken\":\"" SECRET_MARK "R\"}");
    ck_assert_str_eq(http_server_request(s_server, 1)->query, "role_name=r&account_id=1");
    ck_assert_str_eq(header(1, "x-amz-sso_bearer_token"), "NEW");
    expand(&path, "$DIR/" SESSION_CACHE);
    fiat__buf_init(&text, 4096);
    ck_assert_fiat_ok(fiat__file_read(path.ptr, &text, &err), err);
    ck_assert_ptr_nonnull(strstr(text.ptr, "\"accessToken\":\"NEW\""));
    ck_assert_ptr_nonnull(strstr(text.ptr, "\"refreshToken\":\"NEXT\""));
    ck_assert_ptr_nonnull(strstr(text.ptr, "\"startUrl\":\"https://s\""));
    ck_assert_int_eq(stat(path.ptr, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    fiat__buf_deinit(&path);
    fiat__buf_deinit(&text);
    /* Fresh now: the next search renews nothing. */
    http_server_push(s_server, &(http_reply){.body = SSO_KEYS});
    assert_keys("IAM Identity Center");
    ck_assert_uint_eq(http_server_request_count(s_server), 3);
}
END_TEST

START_TEST(login_that_cannot_be_renewed_serves_until_it_expires) {
    char until[FIAT__RFC3339_LEN + 1] = "", text[512];
    fiat__rfc3339_write(until, fiat__wall_ms(&fiat__clock_system) + 60 * 1000);
    snprintf(text, sizeof text,
             "{\"accessToken\":\"OLD\",\"expiresAt\":\"%s\",\"refreshToken\":\"r\",\"clientId\":"
             "\"c\",\"clientSecret\":\"s\",\"registrationExpiresAt\":\"2099-01-01T00:00:00Z\"}",
             until);
    put("config", WITH_SSO_SESSION);
    put(SESSION_CACHE, text);
    http_server_push(s_server, &(http_reply){.status = 400});
    http_server_push(s_server, &(http_reply){.body = SSO_KEYS});
    assert_keys("IAM Identity Center");
    ck_assert_str_eq(header(1, "x-amz-sso_bearer_token"), "OLD");
}
END_TEST

/* Where the application leaves its children to the kernel, no exit status is to be had. */
START_TEST(program_whose_end_is_not_told_is_judged_by_its_words) {
    signal(SIGCHLD, SIG_IGN);
    put("out", PROCESS_KEYS);
    put("config", "[default]\ncredential_process = cat $DIR/out\n");
    assert_keys("credential process");
}
END_TEST

static fiat__aws_credentials_provider *begin_search(void) {
    fiat__aws_credentials_provider *chain;
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    ck_assert_int_eq(fiat__aws_credentials_poll(chain, &out, &err), FIAT__AWS_CREDENTIALS_PENDING);
    return chain;
}

static void assert_ends_at_once(fiat__aws_credentials_provider *chain) {
    int64_t began_ms = fiat__mono_ms(&fiat__clock_system);
    fiat__aws_credentials_provider_free(chain);
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - began_ms, 1000);
}

START_TEST(free_kills_the_program) {
    fiat__buf path;
    put("config", "[default]\ncredential_process = sh -c 'touch $DIR/began; sleep 30; exit'\n");
    fiat__aws_credentials_provider *chain = begin_search();
    expand(&path, "$DIR/began");
    while (!fiat__path_exists(path.ptr))
        usleep(1000);
    unlink(path.ptr);
    fiat__buf_deinit(&path);
    assert_ends_at_once(chain);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}
END_TEST

START_TEST(free_ends_a_request) {
    set_env("AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL");
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_STALL});
    fiat__aws_credentials_provider *chain = begin_search();
    ck_assert(http_server_wait(s_server, 1, 10000));
    assert_ends_at_once(chain);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/sources");
    TCase *tcase = tcase_create("sources");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, source, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_test(tcase, instances_are_asked_with_a_token);
    tcase_add_test(tcase, version_1_has_no_token);
    tcase_add_test(tcase, expired_keys_of_an_instance_are_used);
    tcase_add_test(tcase, silence_of_a_service_that_has_answered_may_pass);
    tcase_add_test(tcase, containers_are_asked_with_the_token_of_the_moment);
    tcase_add_test(tcase, roles_are_asked_for_by_signed_forms);
    tcase_add_test(tcase, web_identities_are_not_signed);
    tcase_add_test(tcase, logins_are_renewed_and_the_file_with_them);
    tcase_add_test(tcase, login_that_cannot_be_renewed_serves_until_it_expires);
    tcase_add_test(tcase, program_whose_end_is_not_told_is_judged_by_its_words);
    tcase_add_test(tcase, free_kills_the_program);
    tcase_add_test(tcase, free_ends_a_request);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
