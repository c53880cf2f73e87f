# Needs no account: nothing is asked of Unpod.
mock_provider "unpod" {}

variables {
  bridge_slug   = "support-line"
  phone_number  = "+14155550100"
  provider_slug = "twilio"
}

run "sends_the_id_as_a_number" {
  override_data {
    target = data.unpod_telephony_provider_configuration.this
    values = {
      id          = 42
      account_sid = "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    }
  }

  assert {
    condition     = output.provider_configuration_id == 42
    error_message = "The bridge must use the configuration that was found."
  }

  assert {
    condition     = output.request.body == "{\"phone_number\":\"+14155550100\",\"provider_config_id\":42}"
    error_message = "The id must be a JSON number."
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

run "refuses_a_national_number" {
  command = plan

  variables {
    phone_number = "0171 5550100"
  }

  expect_failures = [var.phone_number]
}
