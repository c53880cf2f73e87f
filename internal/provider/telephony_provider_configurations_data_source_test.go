// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// These configurations have null or empty fields.
var (
	sip   = unpodtest.Configuration{ID: 7, Provider: new("sip"), CreatedAt: new("07-02-2026 10:00")}
	blank = unpodtest.Configuration{ID: 8, Provider: new(""), AccountSID: new(""), CreatedAt: new("")}
	bare  = unpodtest.Configuration{ID: 9}
)

// TestAccTelephonyProviderConfigurations reads the local Unpod and, on request, a
// real organization.
func TestAccTelephonyProviderConfigurations(t *testing.T) {
	t.Parallel()
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		server := startUnpod(t, unpodtest.Documented()...)
		testOrganization(t, credentials(server, map[string]string{
			"UNPOD_API_TOKEN":      "",
			"UNPOD_PLATFORM_TOKEN": "Token " + unpodtest.Token,
			"UNPOD_BASE_URL":       server.URL + "/",
		}))
	})
	t.Run("live", func(t *testing.T) {
		t.Parallel()
		if liveEnv == nil {
			t.Skip("To read a real organization, set UNPOD_ACC_LIVE=1, UNPOD_API_TOKEN and UNPOD_ORG_HANDLE, and UNPOD_BASE_URL if it is not on the hosted platform.")
		}
		testOrganization(t, liveEnv)
	})
}

// testOrganization compares the list and the lookup of each configuration with the
// API's response.
func testOrganization(t *testing.T, variables map[string]string) {
	t.Helper()
	expected := askAPI(t, variables)
	steps := []resource.TestStep{
		{Config: listConfig, ConfigStateChecks: lists(expected...)},
		{
			Config:           listConfig + `output "all" { value = ` + listAddress + ` }`,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	}
	for _, configuration := range expected {
		steps = append(steps, resource.TestStep{
			Config:            lookUp(fmt.Sprintf("id = %d", configuration.ID)),
			ConfigStateChecks: finds(configuration),
		})
	}
	testSteps(t, variables, steps...)
}

// askAPI reads the list with the provider's settings, but without its client.
func askAPI(t *testing.T, variables map[string]string) []unpodtest.Configuration {
	t.Helper()
	resolved := resolve(unpodProviderModel{}, func(name string) string { return variables[name] })
	if resolved.readDiags.HasError() {
		t.Fatal("the environment variables are missing or invalid: ", resolved.readDiags)
	}
	address := resolved.options.BaseURL.JoinPath(unpodtest.Path).String()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(cmp.Or(variables["UNPOD_API_TOKEN"], variables["UNPOD_PLATFORM_TOKEN"]))
	request.Header.Set("Authorization", "Token "+strings.TrimPrefix(token, "Token "))
	request.Header.Set("Org-Handle", resolved.options.OrgHandle)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: resolved.options.RootCAs}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body struct {
		Data []unpodtest.Configuration `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(body.Data, func(a, b unpodtest.Configuration) int { return int(a.ID - b.ID) })
	return body.Data
}

func TestAccTelephonyProviderConfigurations_returnsEmptyList(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"[]", "{}"} {
		t.Run(spelling, func(t *testing.T) {
			t.Parallel()
			server := startUnpod(t)
			if spelling == "{}" {
				server.Set(func(s *unpodtest.Settings) { s.EmptyObject = true })
			}
			testCLI(t, credentials(server, nil), cliTest{config: listConfig, checks: lists()})
		})
	}
}

// TestAccTelephonyProviderConfigurations_sortsByID checks that the second plan has
// no changes, although the server returns another order.
func TestAccTelephonyProviderConfigurations_sortsByID(t *testing.T) {
	t.Parallel()
	first, second := unpodtest.Documented()[0], unpodtest.Documented()[1]
	config := listConfig + `output "first" { value = ` + listAddress + `.ids[0] }`
	server := startUnpod(t, second, bare, first, sip, blank)
	testSteps(t, credentials(server, nil),
		resource.TestStep{Config: config, ConfigStateChecks: lists(sip, blank, bare, first, second)},
		resource.TestStep{
			PreConfig:         func() { server.SetConfigurations(blank, first, sip, second, bare) },
			Config:            config,
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			ConfigStateChecks: lists(sip, blank, bare, first, second),
		},
	)
}

func TestAccTelephonyProviderConfigurations_readsAllPages(t *testing.T) {
	t.Parallel()
	var configurations []unpodtest.Configuration
	for id := range int64(11) {
		configurations = append(configurations, unpodtest.Configuration{ID: id + 1, Provider: new("twilio")})
	}
	server := startUnpod(t, configurations...)
	server.Set(func(s *unpodtest.Settings) { s.Pages = true })
	testCLI(t, credentials(server, nil), cliTest{config: listConfig, checks: lists(configurations...)})
}

func TestAccTelephonyProviderConfigurations_filters(t *testing.T) {
	t.Parallel()
	twilio, plivo := unpodtest.Documented()[0], unpodtest.Documented()[1]
	second := unpodtest.Configuration{ID: 50, Provider: new("twilio"), AccountSID: new("ACsecond"), CreatedAt: new("2026-03-01T00:00:00Z")}
	tests := map[string]struct {
		filters string
		want    []unpodtest.Configuration
	}{
		"provider_slug":                  {`provider_slug = "twilio"`, []unpodtest.Configuration{twilio, second}},
		"account_sid":                    {`account_sid = "MAyyyyyyyyyyyyyyyyyyyyyyy"`, []unpodtest.Configuration{plivo}},
		"both match":                     {"provider_slug = \"twilio\"\naccount_sid = \"ACsecond\"", []unpodtest.Configuration{second}},
		"only one matches":               {"provider_slug = \"plivo\"\naccount_sid = \"ACsecond\"", nil},
		"case differs":                   {`provider_slug = "Twilio"`, nil},
		"null matches all":               {`provider_slug = null`, []unpodtest.Configuration{sip, blank, bare, twilio, plivo, second}},
		"empty slug does not match null": {`provider_slug = ""`, []unpodtest.Configuration{blank}},
		"empty SID does not match null":  {`account_sid = ""`, []unpodtest.Configuration{blank}},
		"value known during apply":       {`provider_slug = terraform_data.slug.output`, []unpodtest.Configuration{twilio, second}},
		"no match":                       {`provider_slug = "vonage"`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startUnpod(t, second, plivo, twilio, bare, blank, sip)
			needCLI(t, terraformData)
			config := "resource \"terraform_data\" \"slug\" { input = \"twilio\" }\n" +
				"data \"unpod_telephony_provider_configurations\" \"test\" {\n" + test.filters + "\n}"
			testCLI(t, credentials(server, nil), cliTest{config: config, checks: lists(test.want...)})
		})
	}
}
