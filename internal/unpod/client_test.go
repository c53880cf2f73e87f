// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"net/http"
	"reflect"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// startAPI starts a local Unpod that accepts the canary.
func startAPI(t *testing.T, configurations ...unpodtest.Configuration) *unpodtest.Server {
	t.Helper()
	return unpodtest.Start(t, unpodtest.New(canary, unpodtest.OrgHandle, configurations...))
}

func TestProviderConfigurations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data string
		want []ProviderConfiguration
	}{
		"documented": {
			`{"id":42,"provider":"twilio","account_sid":"ACx","created_at":"2026-02-07T10:00:00Z"},{"id":43,"provider":"plivo","account_sid":"MAy","created_at":"2026-02-10T09:00:00Z"}`,
			[]ProviderConfiguration{{42, new("twilio"), new("ACx"), new("2026-02-07T10:00:00Z"), ""}, {43, new("plivo"), new("MAy"), new("2026-02-10T09:00:00Z"), ""}},
		},
		"numbers for providers": {
			`{"id":1,"provider":3,"api_secret":"s","provider_details":{"id":3,"name":"\u200bTwilio","icon":1}},{"id":2,"provider":-9223372036854775808,"provider_details":{"name":"` + canary + `"}}`,
			[]ProviderConfiguration{{1, new("3"), nil, nil, "Twilio"}, {2, new("-9223372036854775808"), nil, nil, redacted}},
		},
		"missing, null and empty": {
			`{"id":1},{"id":2,"provider":null,"account_sid":null,"created_at":null},{"id":3,"provider":"","account_sid":"","created_at":""}`,
			[]ProviderConfiguration{{ID: 1}, {ID: 2}, {3, new(""), new(""), new(""), ""}},
		},
		"no names": {
			`{"id":1,"provider_details":null},{"id":2,"provider_details":[{"name":"a"}]},{"id":3,"provider_details":{"name":["a"]}},{"id":4,"provider_details":"a"}`,
			[]ProviderConfiguration{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}},
		},
		"the organization, in another case": {`{"id":1,"org_handle":"UnPod"}`, []ProviderConfiguration{{ID: 1}}},
		"normalized":                        {`{"id":1,"account_sid":"e\u0301"}`, []ProviderConfiguration{{ID: 1, AccountSID: new("\u00e9")}}},
		"sorted":                            {`{"id":9},{"id":10},{"id":-3},{"id":0}`, []ProviderConfiguration{{ID: -3}, {ID: 0}, {ID: 9}, {ID: 10}}},
	} {
		client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, `{"data":[`+test.data+`]}`)))
		if got := readList(t, client); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}

// uuidForm matches 16 random bytes in the form of a UUID.
var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// TestRequest_methodPathAndHeaders checks that a request has the documented
// headers, those that net/http adds, and no others.
func TestRequest_methodPathAndHeaders(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]string{
		"":                       unpodtest.Path,
		"/self/hosted":           "/self/hosted" + unpodtest.Path,
		"/a%2Fb/api/v2/platform": "/a/b" + unpodtest.Path,
	} {
		server := startAPI(t)
		server.AnswerAlways(unpodtest.JSON(http.StatusOK, oneConfiguration))
		wantList(t, New(testOptions(t, server.URL+prefix)), 1)
		requests := server.Requests()
		if len(requests) != 1 {
			t.Fatalf("got %d requests, want 1", len(requests))
		}
		request := requests[0]
		if request.Method != http.MethodGet || request.Path != want || len(request.Query) > 0 {
			t.Errorf("got %s %s?%s, want GET %s", request.Method, request.Path, request.Query.Encode(), want)
		}
		id := request.Header.Get("X-Request-Id")
		headers := http.Header{
			"Authorization":   {"Token " + canary},
			"Org-Handle":      {unpodtest.OrgHandle},
			"Accept":          {"application/json"},
			"User-Agent":      {"Terraform/1.2.3 terraform-provider-unpod/4.5.6"},
			"Accept-Encoding": {"gzip"},
			"X-Request-Id":    {id},
		}
		if !reflect.DeepEqual(request.Header, headers) || !uuidForm.MatchString(id) {
			t.Errorf("got headers %v, want %v with a UUID", request.Header, headers)
		}
	}
}

// TestClient_reusesConnections makes as many concurrent requests as Terraform
// does, several times. The requests are not shared, since consecutive reads would
// share none.
func TestClient_reusesConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		server := pipes.serve(unpodtest.Delay(time.Second, listOf("", 1)))
		client := pipes.client(t, testOptions(t, "http://unpod.example"))
		for range 3 {
			var readers sync.WaitGroup
			for range readsAtOnce {
				readers.Go(func() {
					if _, err := client.readAlone(t.Context(), maxBytes); err != nil {
						t.Error(err)
					}
				})
			}
			readers.Wait()
		}
		if dials := pipes.dials.Load(); dials != readsAtOnce {
			t.Errorf("got %d connections, want %d", dials, readsAtOnce)
		}
		pipes.wantClosed(t, server)
	})
}
