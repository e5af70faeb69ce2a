// The AWS SDK for Go as a sender: the same records, already joined, over and over.
// usage: ship_go MEGABYTES < RECORD      AWS_ENDPOINT_URL, AWS_CA_BUNDLE and keys from the environment
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/firehose/types"
)

const recordCount = 27 // of 150,000 bytes: what fits into 4 MiB

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func newClient() *firehose.Client {
	pem, err := os.ReadFile(os.Getenv("AWS_CA_BUNDLE"))
	check(err)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(pem)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
	transport.ForceAttemptHTTP2 = false
	keys := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
	})
	return firehose.New(firehose.Options{
		Region:       os.Getenv("AWS_REGION"),
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Credentials:  keys,
		HTTPClient:   &http.Client{Transport: transport},
	})
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	megabytes, err := strconv.Atoi(os.Args[1])
	check(err)
	record, err := io.ReadAll(os.Stdin)
	check(err)
	events := recordCount * bytes.Count(record, []byte("\n"))
	count := max(1, megabytes*1000000/(recordCount*len(record)))
	client := newClient()
	records := make([]types.Record, recordCount)
	for i := range records {
		records[i] = types.Record{Data: record}
	}
	send := func(times int) {
		for i := 0; i < times; i++ {
			reply, err := client.PutRecordBatch(context.Background(), &firehose.PutRecordBatchInput{
				DeliveryStreamName: aws.String("Audit"), Records: records})
			check(err)
			if *reply.FailedPutCount != 0 {
				log.Fatal("some records failed")
			}
		}
	}
	send(1)
	cpu, begun := cpuSeconds(), time.Now()
	send(count)
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"events": count * events, "warm_up_events": events,
		"cpu_s": cpuSeconds() - cpu, "wall_s": time.Since(begun).Seconds()}))
}
