# Needs no account: the provider is mocked. Each run only plans, because an
# apply would run the provisioner, which is not mocked.
mock_provider "unpod" {}

variables {
  bridge_slug   = "support-line"
  phone_number  = "+14155550100"
  provider_slug = "twilio"
}

run "connects_the_configuration_found" {
  command = plan

  override_data {
    target = data.unpod_telephony_provider_configuration.this
    values = {
      id          = 42
      account_sid = "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    }
  }

  assert {
    condition     = output.connection.provider_config_id == 42 && output.connection.provider_slug == "twilio"
    error_message = "The bridge must use the configuration that was found."
  }
}

run "needs_an_account" {
  command = plan

  override_data {
    target = data.unpod_telephony_provider_configuration.this
    values = {
      id          = 7
      account_sid = null
    }
  }

  expect_failures = [data.unpod_telephony_provider_configuration.this]
}
