// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestGetProviderSchema requests the schema as Terraform does. Only then does the
// framework report reserved names.
func TestGetProviderSchema(t *testing.T) {
	t.Parallel()
	resp, err := withVariables(nil).GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, diagnostic := range resp.Diagnostics {
		t.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}
	if _, ok := resp.DataSourceSchemas["unpod_telephony_provider_configurations"]; !ok || len(resp.ResourceSchemas) != 0 {
		t.Errorf("got %d data sources and %d resources", len(resp.DataSourceSchemas), len(resp.ResourceSchemas))
	}
	for _, attribute := range resp.Provider.Block.Attributes {
		if attribute.Sensitive != (attribute.Name == "api_token") {
			t.Errorf("%s: sensitive is %t", attribute.Name, attribute.Sensitive)
		}
	}
}

// TestConfigure_defersReads checks that reads are deferred if an argument is
// unknown and Terraform allows it. No release does by default.
func TestConfigure_defersReads(t *testing.T) {
	t.Parallel()
	server := withVariables(map[string]string{"UNPOD_API_TOKEN": unpodtest.Token, "UNPOD_ORG_HANDLE": unpodtest.OrgHandle})
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config:             providerConfig(t, map[string]tftypes.Value{"base_url": tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true},
	})
	if err != nil || len(configured.Diagnostics) != 0 {
		t.Fatal(err, configured)
	}
	request := listRequest(t)
	request.ClientCapabilities = &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: true}
	read, err := server.ReadDataSource(t.Context(), request)
	if err != nil || len(read.Diagnostics) != 0 {
		t.Fatal(err, read)
	}
	if read.Deferred == nil || read.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
		t.Errorf("the read was not deferred: %v", read.Deferred)
	}
}

func TestReadDataSource_failsBeforeConfigure(t *testing.T) {
	t.Parallel()
	for _, name := range []string{listName, lookupName} {
		resp, err := withVariables(nil).ReadDataSource(t.Context(), readRequest(t, name, nil))
		if err != nil || len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Summary != "The provider is not configured" {
			t.Errorf("%s: got error %v and %d diagnostics, want one", name, err, len(resp.Diagnostics))
		}
	}
}

// TestReadDataSource_handlesConcurrentReads cancels every tenth read. The others
// must succeed.
func TestReadDataSource_handlesConcurrentReads(t *testing.T) {
	t.Parallel()
	unpodServer := documentedUnpod(t)
	server := configured(t, credentials(unpodServer, nil))
	request := listRequest(t)

	var reads sync.WaitGroup
	for number := range 50 {
		reads.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if number%10 == 0 {
				cancel()
			}
			resp, err := server.ReadDataSource(ctx, request)
			if err != nil || (len(resp.Diagnostics) == 0) == (number%10 == 0) {
				t.Errorf("read %d: error %v, %d diagnostics", number, err, len(resp.Diagnostics))
			}
		})
	}
	reads.Wait()
}

// TestSetState_matchesSchema decodes the state with the types of the schema, as
// Terraform does.
func TestSetState_matchesSchema(t *testing.T) {
	t.Parallel()
	objectType := dataType(t, listName)
	elements, ok := objectType.AttributeTypes["provider_configurations"].(tftypes.List)
	if !ok {
		t.Fatal("provider_configurations is not a list")
	}
	text := func(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	number := func(value int64) tftypes.Value { return tftypes.NewValue(tftypes.Number, value) }
	state := newListState(
		listModel{ProviderSlug: types.StringValue(""), AccountSID: types.StringValue("AC")},
		[]unpod.ProviderConfiguration{
			{ID: math.MinInt64},
			{ID: math.MaxInt64, Provider: new("twilio"), AccountSID: new(""), CreatedAt: new("today")},
		})
	want := tftypes.NewValue(objectType, map[string]tftypes.Value{
		"provider_slug": text(""),
		"account_sid":   text("AC"),
		"ids":           tftypes.NewValue(objectType.AttributeTypes["ids"], []tftypes.Value{number(math.MinInt64), number(math.MaxInt64)}),
		"provider_configurations": tftypes.NewValue(elements, []tftypes.Value{
			tftypes.NewValue(elements.ElementType, map[string]tftypes.Value{
				"id": number(math.MinInt64), "provider": text(nil), "account_sid": text(nil), "created_at": text(nil),
			}),
			tftypes.NewValue(elements.ElementType, map[string]tftypes.Value{
				"id": number(math.MaxInt64), "provider": text("twilio"), "account_sid": text(""), "created_at": text("today"),
			}),
		}),
	})
	var encoded []byte
	if err := setState(context.WithValue(t.Context(), stateKey{}, &encoded), state); err != nil {
		t.Fatal(err)
	}
	got, err := tfprotov6.DynamicValue{MsgPack: encoded}.Unmarshal(objectType)
	if err != nil || !got.Equal(want) {
		t.Errorf("got %v and error %v, want %v", got, err, want)
	}
}

// TestSetState_failsWithOtherServer guards against a server that would lose the
// state.
func TestSetState_failsWithOtherServer(t *testing.T) {
	t.Parallel()
	if err := setState(t.Context(), listState{}); !errors.Is(err, errOtherServer) {
		t.Errorf("got error %v, want %v", err, errOtherServer)
	}
}

func TestNewProviderData_rejectsOtherTypes(t *testing.T) {
	t.Parallel()
	if _, diags := newProviderData("something else"); !diags.HasError() {
		t.Error("a string was accepted as provider data")
	}
}
