terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

# Terraform converts a number to text by itself if an argument is text. Convert
# it yourself inside a map or an object, in which it would stay a number.
resource "terraform_data" "settings" {
  input = {
    provider_config_id = tostring(data.unpod_telephony_provider_configuration.twilio.id)
  }
}
